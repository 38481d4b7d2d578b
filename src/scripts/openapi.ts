import { writeFileSync } from 'node:fs';
import { OPENAPI_FILE, renderOpenapi } from './render-openapi.ts';

writeFileSync(OPENAPI_FILE, await renderOpenapi());
