import { parseArgs } from 'node:util';
import { closest } from 'fastest-levenshtein';
import { withoutCredentials } from '../read-settings.ts';
import { parseBoolean } from '../setting-values.ts';
import {
  definitions,
  flagOf,
  type SettingKey,
  settingKeys,
  takesFile,
  UsageError,
  variableOf,
} from '../settings.ts';

/** The program's subcommands; the first is the default. */
export const commands = {
  serve: 'Serve the API.',
  health: 'Ask the running server whether it is ready; fails if it is not.',
  dump: 'Write the resources of the database as a seed.',
  backup: 'Copy the database to a file, also while a server runs on it.',
  restore: 'Check a backup, and replace the database by it.',
  compare:
    'Ask a server, or a recording, what docs/fidelity.md decides; show where this one differs.',
  demo: 'Write a seed of realistic resources.',
  load: 'Fill an empty database with what dump --all has written; - is standard input.',
  copy: 'Copy a database to an empty one, also between a file and PostgreSQL; each as AIOS_DATABASE_URL has it.',
} as const;
export type Command = keyof typeof commands;

/** The operands of the commands that have some. */
const operandsOf: Partial<Record<Command, readonly string[]>> = {
  backup: ['FILE'],
  restore: ['FILE'],
  copy: ['FROM', 'TO'],
  compare: ['[URL]'],
  load: ['FILE'],
};

/** The settings of the commands that read some. */
const settingsOf: Partial<Record<Command, readonly SettingKey[]>> = {
  serve: settingKeys,
  health: ['host', 'port', 'addressFile'],
  dump: ['databaseUrl'],
  backup: ['databaseUrl'],
  restore: ['databaseUrl'],
  compare: ['session', 'accessKey', 'record'],
  load: ['databaseUrl'],
};

/** The flags of a command that are no settings, with their values; one without is a switch. */
const ownFlags: Partial<Record<Command, readonly [flag: string, value: string, does: string][]>> = {
  compare: [
    ['account', 'NAME', 'Log in with this account.'],
    ['password-file', 'FILE', 'The password of the account.'],
    ['only', 'F12,F31', 'Ask about these decisions alone.'],
    ['har', 'FILE', 'Compare with the answers of a HAR file, not of a server.'],
    ['json', 'FILE', 'Write every request with both answers there.'],
    ['yes', '', 'Begin without a question.'],
    ['deploy', '', 'Deploy a service too.'],
  ],
  dump: [['all', '', 'Write everything as lines of JSON, secrets too, for the command load.']],
  demo: [
    ['services', 'NUMBER', 'Number of services, up to 100000; 100 by default.'],
    ['seed', 'NUMBER', 'Determines the rest; 1 by default.'],
  ],
};
const allOwnFlags = Object.values(ownFlags).flat();

export interface CommandLine {
  command: Command;
  /** The command's operands, in their order. */
  operands: string[];
  help: boolean;
  version: boolean;
  /** Values by flag, without the dashes. */
  flags: Record<string, string | undefined>;
}

const settingFlags = settingKeys.flatMap((key) =>
  takesFile(key) ? [flagOf(key), `${flagOf(key)}-file`] : [flagOf(key)],
);

/** Those of all commands; `normalized` gives switches a value too. */
const flagsWithValue = [...settingFlags, ...allOwnFlags.map(([flag]) => flag)];

const switches = settingKeys
  .filter((key) => definitions[key].parse === parseBoolean)
  .map(flagOf)
  .concat(allOwnFlags.flatMap(([flag, value]) => (value === '' ? [flag] : [])))
  .map((flag) => `--${flag}`);

/** Spells `-p` out, and gives each switch without a value its own: `parseArgs` would take the next argument. */
function normalized(args: string[]): string[] {
  return args.map((arg, index) => {
    const isAlone = switches.includes(arg) && parseBoolean(args[index + 1] ?? '') === undefined;
    return arg === '-p' ? '--port' : isAlone ? `${arg}=on` : arg;
  });
}

/**
 * Parses the command line. `help COMMAND` means the same as `COMMAND --help`.
 * @param args the arguments after the program's name
 * @throws UsageError for an unknown command or flag, with the most similar flag, and for a surplus or missing
 *   operand
 */
export function parseCommandLine(args: string[]): CommandLine {
  const { values, positionals, tokens } = parseArgs({
    args: normalized(args),
    options: {
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean', short: 'v' },
      ...Object.fromEntries(flagsWithValue.map((flag) => [flag, { type: 'string' }])),
    },
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const asksForHelp = positionals[0] === 'help';
  const [command = 'serve', ...operands] = asksForHelp ? positionals.slice(1) : positionals;
  const flagsOfCommand = ((isCommand(command) && ownFlags[command]) || []).map(([flag]) => flag);
  for (const token of tokens) {
    if (token.kind === 'option') assertValidFlag(token, [...settingFlags, ...flagsOfCommand]);
  }
  if (!isCommand(command)) {
    throw new UsageError(
      `${withoutCredentials(command)} is not a command, only ${Object.keys(commands).join(', ')}, help. See --help.`,
    );
  }
  const { help = asksForHelp, version, ...flags } = values;
  assertOperands(command, operands, !help && !version);
  return {
    command,
    operands,
    help: help === true,
    version: version === true,
    flags: flags as CommandLine['flags'],
  };
}

function assertValidFlag(
  { name, rawName, value }: Record<'name' | 'rawName', string> & { value?: string | undefined },
  withValue: readonly string[],
): void {
  // Of two equally similar flags, the first is suggested.
  const known = ['help', 'version', ...withValue];
  if (!known.includes(name)) {
    throw new UsageError(
      `${rawName} is not a flag; did you mean --${closest(name, known)}? See --help.`,
    );
  }
  const takesValue = withValue.includes(name);
  if (takesValue === Boolean(value)) return;
  const problem = takesValue ? 'needs a value' : 'takes no value';
  throw new UsageError(`${rawName} ${problem}. See --help.`);
}

function assertOperands(command: Command, operands: string[], areNeeded: boolean): void {
  const expected = operandsOf[command] ?? [];
  const surplus = operands[expected.length];
  if (surplus !== undefined) {
    const only = expected.length > 0 ? `only ${expected.join(' ')}` : 'no such argument';
    throw new UsageError(`${withoutCredentials(surplus)}: ${command} takes ${only}. See --help.`);
  }
  const missing = expected.find((name, index) => !operands[index] && !name.startsWith('['));
  if (missing && areNeeded) {
    throw new UsageError(`${command} needs ${missing}: ${usageOf(command)}. See --help.`);
  }
}

const isCommand = (text: string): text is Command => Object.hasOwn(commands, text);

const usageOf = (command: Command) => [command, ...(operandsOf[command] ?? [])].join(' ');

/** The help of a command; that of `serve`, the default one, lists all commands too. */
export function helpText(command: Command): string {
  const isDefault = command === 'serve';
  const rows = Object.entries(commands).map(
    ([name, does]) => `  ${usageOf(name as Command).padEnd(14)}${does}`,
  );
  return [
    `Usage: aios-model-server ${isDefault ? '[command]' : usageOf(command)} [flags]`,
    '',
    ...(isDefault
      ? ['Commands; serve is the default:', ...rows, '  help COMMAND  Show what a command takes.']
      : [commands[command]]),
    '',
    'Flags, with the environment variables that do the same:',
    ...(settingsOf[command] ?? []).map(settingHelp),
    ...(ownFlags[command] ?? []).map(
      ([flag, value, does]) => `  --${`${flag} ${value}`.trim()}\n      ${does}`,
    ),
    '  -h, --help',
    '  -v, --version',
    '',
  ].join('\n');
}

function settingHelp(key: SettingKey): string {
  const { description, allowed, default: standard } = definitions[key];
  const [flag, variable] = [`--${flagOf(key)}`, variableOf(key)];
  const names = takesFile(key)
    ? `${flag}, ${flag}-file (${variable}, ${variable}_FILE)`
    : `${key === 'port' ? '-p, ' : ''}${flag} (${variable})`;
  const values = `Allowed: ${allowed}. ${standard ? `Default: ${standard}.` : 'Not set by default.'}`;
  return `  ${names}\n      ${description}\n      ${values}`.replaceAll('`', '');
}
