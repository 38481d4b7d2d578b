import { type Operation, operations } from '../contract/operations.ts';
import { definitions, flagOf, settingKeys, takesFile, variableOf } from '../settings.ts';
import { type Tables, writeTables } from './tables.ts';

const OPERATION_COLUMNS = ['Operation', 'Request', 'Since', 'Evidence'];
const SETTING_COLUMNS = ['Variable', 'Flag', 'Default', 'What it does', 'Allowed'];

/** All operations but Get, which is the path of its Query with a UUID. */
const listed = Object.entries<Operation>(operations).filter(([name]) => !name.startsWith('Get'));

/** The tables generated from the source, by document. */
export const documents: Record<string, Tables> = {
  'README.md': { operations: operationsSummary(['Resources', 'Paths', 'Operations']) },
  'README.zh-CN.md': { operations: operationsSummary(['资源', '路径', '操作']) },
  'docs/wire.md': { operations: operationsTable() },
  'docs/settings.md': { settings: settingsTable() },
};

function operationsSummary(columns: string[]): string[][] {
  const rows = [...Map.groupBy(listed, ([, { tag }]) => tag)].map(([tag, members]) => {
    const paths = new Set(members.map(([, { path }]) => `\`${path.split('/{')[0]}\``));
    return [tag, [...paths].join(', '), members.map(([name]) => name).join(', ')];
  });
  return [columns, ...rows];
}

function operationsTable(): string[][] {
  const rows = listed.map(([name, { method, path, since = '', evidence }]) => [
    name,
    `\`${method} /zstack${path}\``,
    since,
    evidence,
  ]);
  return [OPERATION_COLUMNS, ...rows];
}

function settingsTable(): string[][] {
  const rows = settingKeys.map((key) => {
    const { description, allowed, default: standard } = definitions[key];
    const [variable, flag] = [variableOf(key), flagOf(key)];
    return [
      takesFile(key) ? `\`${variable}\`, \`${variable}_FILE\`` : `\`${variable}\``,
      takesFile(key) ? `\`--${flag}\`, \`--${flag}-file\`` : `\`--${flag}\``,
      standard ? `\`${standard}\`` : '',
      description,
      allowed,
    ];
  });
  return [SETTING_COLUMNS, ...rows];
}

if (process.argv[1] === import.meta.filename) {
  for (const [file, tables] of Object.entries(documents)) writeTables(file, tables);
}
