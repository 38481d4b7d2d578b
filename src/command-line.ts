import { parseArgs } from 'node:util';
import { closest } from 'fastest-levenshtein';
import {
  definitions,
  flagOf,
  SettingsError,
  settingKeys,
  takesFile,
  variableOf,
} from './settings.ts';

/** The program's subcommands; the first is the default. */
export const commands = {
  serve: 'Serve the API.',
  dump: 'Write the resources of the database as a seed.',
  backup: 'Copy the database to a file, also while a server runs on it.',
  restore: 'Put a backup in the place of the database, once it is found whole.',
} as const;
/** What a command is told besides flags. */
const operands: Partial<Record<Command, 'FILE'>> = { backup: 'FILE', restore: 'FILE' };
export type Command = keyof typeof commands;

export interface CommandLine {
  command: Command;
  /** Of a command on a file, its path. */
  file?: string;
  help: boolean;
  version: boolean;
  /** Values by flag, without the dashes. */
  flags: Record<string, string | undefined>;
}

const settingFlags = settingKeys.flatMap((key) =>
  takesFile(key) ? [flagOf(key), `${flagOf(key)}-file`] : [flagOf(key)],
);

/**
 * @param args what follows the program's name
 * @throws SettingsError for an unknown command or flag, naming the nearest known one, and for a surplus or missing argument
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
  // Of two that are equally near the first is offered.
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
  const [command = 'serve', ...rest] = positionals;
  if (!Object.hasOwn(commands, command)) {
    throw new SettingsError(
      `${command} is not a command, only ${Object.keys(commands).join(', ')}. See --help.`,
    );
  }
  const operand = operands[command as Command];
  const [file, surplus] = operand ? rest : [undefined, ...rest];
  if (surplus !== undefined) {
    const taken = operand ? `only one ${operand}` : 'no such argument';
    throw new SettingsError(`${surplus}: ${command} takes ${taken}. See --help.`);
  }
  const { help, version, ...flags } = values;
  if (operand && !file && !help && !version) {
    throw new SettingsError(`${command} needs a file: ${command} ${operand}. See --help.`);
  }
  return {
    command: command as Command,
    ...(file && { file }),
    help: help === true,
    version: version === true,
    flags: flags as CommandLine['flags'],
  };
}

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
      `      Allowed: ${plain(allowed)}. Default: ${standard || 'none'}.`
    );
  });
  return [
    'Usage: aios-model-server [command] [flags]',
    '',
    'Commands:',
    ...Object.entries(commands).map(([name, does], index) => {
      const usage = [name, operands[name as Command] ?? ''].join(' ');
      return `  ${usage.padEnd(14)}${does}${index === 0 ? ' The default.' : ''}`;
    }),
    '',
    'Flags, with the environment variables that do the same:',
    ...rows,
    '  -h, --help',
    '  -v, --version',
    '',
  ].join('\n');
}
