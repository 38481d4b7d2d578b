import { writeFileSync } from 'node:fs';
import { openapiDocument } from '../contract/openapi.ts';

export const OPENAPI_FILE = 'openapi/openapi.json';

/** The text of the committed OpenAPI document. */
export function renderOpenapi(): string {
  return `${JSON.stringify(openapiDocument(), null, 2)}\n`;
}

if (process.argv[1] === import.meta.filename) writeFileSync(OPENAPI_FILE, renderOpenapi());
