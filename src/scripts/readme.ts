import { readFileSync, writeFileSync } from 'node:fs';
import { README_FILE, renderReadme } from './readme-tables.ts';

writeFileSync(README_FILE, renderReadme(readFileSync(README_FILE, 'utf8')));
