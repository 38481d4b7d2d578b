import { readFileSync, writeFileSync } from 'node:fs';
import { renderTables, TABLED_FILES } from './readme-tables.ts';

for (const file of TABLED_FILES) {
  writeFileSync(file, renderTables(file, readFileSync(file, 'utf8')));
}
