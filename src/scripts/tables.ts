import { readFileSync, writeFileSync } from 'node:fs';

/** Tables by the name in their markers; the first row is the header. */
export type Tables = Record<string, string[][]>;

/**
 * Replaces the tables of a Markdown text between `<!-- NAME: generated … -->` and `<!-- end NAME -->`.
 * @throws Error if the markers of a table are missing
 */
export function renderTables(text: string, tables: Tables): string {
  return Object.entries(tables).reduce((rendered, [name, rows]) => {
    const markers = new RegExp(`(<!-- ${name}: generated .*-->\n)[\\s\\S]*?(<!-- end ${name} -->)`);
    if (!markers.test(rendered)) throw new Error(`The markers of the table ${name} are missing.`);
    return rendered.replace(markers, (_, start, end) => start + markdown(rows) + end);
  }, text);
}

/** Writes the tables into a Markdown file. */
export function writeTables(file: string, tables: Tables): void {
  writeFileSync(file, renderTables(readFileSync(file, 'utf8'), tables));
}

function markdown([head = [], ...rows]: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |\n`;
  return [head, head.map(() => '---'), ...rows].map(line).join('');
}
