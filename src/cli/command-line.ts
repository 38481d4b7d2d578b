import { parseArgs } from 'node:util';
import { closest } from 'fastest-levenshtein';
import { parseBoolean } from '../setting-values.ts';
import {
  definitions,
  flagOf,
  type SettingKey,
  settingKeys,
  takesFile,
  UsageError,
  variableOf,
  withoutCredentials,
} from '../settings.ts';

/** The program's subcommands; the first is the default. */
export const commands = {
  serve: 'Serve the API.',
  health: 'Ask the running server whether it is ready; fails if it is not.',
  dump: 'Write the resources of the database as a seed.',
  backup: 'Copy the database to a file, also while a server runs on it.',
  restore: 'Put a backup in the place of the database, once it is found whole.',
  copy: 'Copy a database to an empty one, also between a file and PostgreSQL; each as AIOS_DATABASE_URL has it.',
} as const;
export type Command = keyof typeof commands;

/** The operands of each command. */
const operandsOf: Record<Command, readonly string[]> = {
  serve: [],
  health: [],
  dump: [],
  backup: ['FILE'],
  restore: ['FILE'],
  copy: ['FROM', 'TO'],
};

/** The settings that each command reads. */
const settingsOf: Record<Command, readonly SettingKey[]> = {
  serve: settingKeys,
  health: ['host', 'port', 'addressFile'],
  dump: ['databaseUrl'],
  backup: ['databaseUrl'],
  restore: ['databaseUrl'],
  copy: [],
};

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

const switches = settingKeys
  .filter((key) => definitions[key].parse === parseBoolean)
  .map((key) => `--${flagOf(key)}`);

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
      ...Object.fromEntries(settingFlags.map((flag) => [flag, { type: 'string' as const }])),
    },
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  // Of two equally similar flags, the first is suggested.
  const known = ['help', 'version', ...settingFlags];
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    if (!known.includes(token.name)) {
      throw new UsageError(
        `${token.rawName} is not a flag; did you mean --${closest(token.name, known)}? See --help.`,
      );
    }
    const takesValue = settingFlags.includes(token.name);
    if (takesValue !== Boolean(token.value)) {
      const problem = takesValue ? 'needs a value' : 'takes no value';
      throw new UsageError(`${token.rawName} ${problem}. See --help.`);
    }
  }
  const asksForHelp = positionals[0] === 'help';
  const [command = 'serve', ...given] = asksForHelp ? positionals.slice(1) : positionals;
  if (!isCommand(command)) {
    throw new UsageError(
      `${withoutCredentials(command)} is not a command, only ${Object.keys(commands).join(', ')}, help. See --help.`,
    );
  }
  const taken = operandsOf[command];
  const surplus = given[taken.length];
  if (surplus !== undefined) {
    const only = taken.length > 0 ? `only ${taken.join(' ')}` : 'no such argument';
    throw new UsageError(`${withoutCredentials(surplus)}: ${command} takes ${only}. See --help.`);
  }
  const { help = asksForHelp, version, ...flags } = values;
  const missing = taken.find((_, index) => !given[index]);
  if (missing && !help && !version) {
    throw new UsageError(`${command} needs ${missing}: ${usageOf(command)}. See --help.`);
  }
  return {
    command,
    operands: given,
    help: help === true,
    version: version === true,
    flags: flags as CommandLine['flags'],
  };
}

const isCommand = (text: string): text is Command => Object.hasOwn(commands, text);

const usageOf = (command: Command) => [command, ...operandsOf[command]].join(' ');

/** The help of a command; that of `serve`, the default one, lists all commands too. */
export function helpText(command: Command): string {
  const isDefault = command === 'serve';
  const rows = Object.entries(commands).map(
    ([name, does]) => `  ${usageOf(name as Command).padEnd(14)}${does}`,
  );
  return [
    `Usage: aios-model-server ${isDefault ? '[command]' : usageOf(command)} [flags]`,
    '',
    ...(isDefault ? ['Commands; serve is the default:', ...rows] : [commands[command]]),
    ...(isDefault ? ['  help COMMAND  Show what a command takes.'] : []),
    '',
    'Flags, with the environment variables that do the same:',
    ...settingsOf[command].map(settingHelp),
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
