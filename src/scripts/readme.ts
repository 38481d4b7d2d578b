import { type Operation, operations } from '../contract/operations.ts';
import { definitions, flagOf, settingKeys, takesFile, variableOf } from '../settings.ts';
import { type Tables, writeTables } from './tables.ts';

const OPERATION_COLUMNS = ['Operation', 'Request', 'Since', 'Evidence'];
const CHINESE_OPERATION_COLUMNS = ['操作', '请求', '起始版本', '依据'];
const SETTING_COLUMNS = ['Variable', 'Flag', 'Default', 'What it does', 'Allowed'];

/** The tables generated from the source, by document. */
export const documents: Record<string, Tables> = {
  'README.md': { operations: operationsTable(OPERATION_COLUMNS) },
  'README.zh-CN.md': { operations: operationsTable(CHINESE_OPERATION_COLUMNS) },
  'docs/settings.md': { settings: settingsTable() },
};

function operationsTable(columns: string[]): string[][] {
  // A Get operation is the path of its Query operation with a UUID.
  const listed = Object.entries<Operation>(operations).filter(([name]) => !name.startsWith('Get'));
  const rows = listed.map(([name, { method, path, since = '', evidence }]) => [
    name,
    `\`${method} /zstack${path}\``,
    since,
    evidence,
  ]);
  return [columns, ...rows];
}

function settingsTable(): string[][] {
  const rows = settingKeys.map((key) => {
    const { description, allowed, default: standard } = definitions[key];
    const [variable, flag] = [variableOf(key), flagOf(key)];
    return [
      takesFile(key) ? `\`${variable}\`, \`${variable}_FILE\`` : `\`${variable}\``,
      takesFile(key) ? `\`--${flag}\`, \`--${flag}-file\`` : `\`--${flag}\``,
      standard && `\`${standard}\``,
      description,
      allowed,
    ];
  });
  return [SETTING_COLUMNS, ...rows];
}

if (process.argv[1] === import.meta.filename) {
  for (const [file, tables] of Object.entries(documents)) writeTables(file, tables);
}
