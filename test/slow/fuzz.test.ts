import { fuzz } from '../support/fuzz.ts';

fuzz({ requests: 180, sequences: 120, length: 20 });
