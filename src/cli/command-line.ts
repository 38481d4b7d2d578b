import { parseArgs } from 'node:util';
import { closest } from 'fastest-levenshtein';
import {
  definitions,
  flagOf,
  SettingsError,
  settingKeys,
  takesFile,
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

/**
 * @param args the arguments after the program's name
 * @throws SettingsError for an unknown command or flag, with the most similar flag, and for a surplus or
 *   missing operand
 */
export function parseCommandLine(args: string[]): CommandLine {
  const { values, positionals, tokens } = parseArgs({
    args,
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
      throw new SettingsError(
        `${token.rawName} is not a flag; did you mean --${closest(token.name, known)}? See --help.`,
      );
    }
    const takesValue = settingFlags.includes(token.name);
    if (takesValue !== Boolean(token.value)) {
      const problem = takesValue ? 'needs a value' : 'takes no value';
      throw new SettingsError(`${token.rawName} ${problem}. See --help.`);
    }
  }
  const [command = 'serve', ...given] = positionals;
  if (!isCommand(command)) {
    throw new SettingsError(
      `${withoutCredentials(command)} is not a command, only ${Object.keys(commands).join(', ')}. See --help.`,
    );
  }
  const taken = operandsOf[command];
  const surplus = given[taken.length];
  if (surplus !== undefined) {
    const only = taken.length > 0 ? `only ${taken.join(' ')}` : 'no such argument';
    throw new SettingsError(
      `${withoutCredentials(surplus)}: ${command} takes ${only}. See --help.`,
    );
  }
  const { help, version, ...flags } = values;
  const missing = taken.find((_, index) => !given[index]);
  if (missing && !help && !version) {
    throw new SettingsError(`${command} needs ${missing}: ${usageOf(command)}. See --help.`);
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

export function helpText(): string {
  const plain = (text: string) => text.replaceAll('`', '');
  const rows = settingKeys.map((key) => {
    const { description, allowed, default: standard } = definitions[key];
    const flag = takesFile(key) ? `--${flagOf(key)}, --${flagOf(key)}-file` : `--${flagOf(key)}`;
    const variable = takesFile(key)
      ? `${variableOf(key)}, ${variableOf(key)}_FILE`
      : variableOf(key);
    return (
      `  ${flag} (${variable})\n      ${plain(description)}\n` +
      `      Allowed: ${plain(allowed)}. ${standard ? `Default: ${standard}.` : 'Not set by default.'}`
    );
  });
  return [
    'Usage: aios-model-server [command] [flags]',
    '',
    'Commands:',
    ...Object.entries(commands).map(([name, does], index) => {
      const usage = usageOf(name as Command).padEnd(14);
      return `  ${usage}${does}${index === 0 ? ' The default.' : ''}`;
    }),
    '',
    'Flags, with the environment variables that do the same:',
    ...rows,
    '  -h, --help',
    '  -v, --version',
    '',
  ].join('\n');
}
