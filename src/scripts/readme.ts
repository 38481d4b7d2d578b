import { documents } from './readme-tables.ts';
import { writeTables } from './tables.ts';

for (const [file, tables] of Object.entries(documents)) writeTables(file, tables);
