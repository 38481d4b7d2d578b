import { fuzz } from '../support/fuzz.ts';

fuzz({ requests: 6, sequences: 6, length: 12 });
