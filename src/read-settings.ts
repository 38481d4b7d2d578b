import { closest } from 'fastest-levenshtein';
import { isTimeZone } from './setting-values.ts';
import {
  definitions,
  flagOf,
  type SettingKey,
  type Settings,
  SettingsError,
  settingKeys,
  takesFile,
  UsageError,
  variableOf,
} from './settings.ts';

export interface SettingSources {
  env: Readonly<Record<string, string | undefined>>;
  /** Values by flag, without the dashes. */
  flags: Readonly<Record<string, string | undefined>>;
  /** Reads a setting's file; its error is reported with the setting's name. */
  readFile: (path: string) => string;
}

/**
 * Reads every setting: its flag, else its variable, else its default.
 * @returns the settings, and warnings about variables that look like mistakes
 * @throws UsageError with the setting's name and its allowed values, SettingsError for an unreadable file
 */
export function readSettings(sources: SettingSources): { settings: Settings; warnings: string[] } {
  const settings = Object.fromEntries(
    settingKeys.map((key) => [key, readSetting(key, sources)]),
  ) as Settings;
  const warnings = unknownVariables(sources.env);
  if (settings.timeZone === '') {
    const { TZ = '' } = sources.env;
    settings.timeZone = isTimeZone(TZ) ? TZ : 'UTC';
    if (TZ !== '' && !isTimeZone(TZ)) {
      warnings.push(`TZ=${TZ} is not an IANA time zone: dates are in UTC.`);
    }
  }
  return { settings, warnings };
}

function readSetting(key: SettingKey, sources: SettingSources): unknown {
  const definition = definitions[key];
  const given = settingText(key, sources);
  const { name, text } = given ?? { name: variableOf(key), text: definition.default ?? '' };
  const read = definition.verbatim ? text.replace(/\r?\n$/, '') : text.trim();
  const isBlank = definition.verbatim && given !== undefined && read.trim() === '';
  const value = isBlank ? undefined : definition.parse(read);
  if (value !== undefined) return value;
  const shown = definition.secret ? 'its value' : `"${withoutCredentials(text)}"`;
  throw new UsageError(`${name}: ${shown} is not allowed, only ${definition.allowed}.`);
}

/** Masks the credentials in a text, such as those in the URLs of databases and proxies, and perhaps more. */
export function withoutCredentials(text: string): string {
  return text
    .replace(/(?<=:\/\/[^\s:@/]*:)(?!\/\/).*@/gs, '***@')
    .replace(/(?<=[?&][^=&\s]*(?:password|token|secret|key)[^=&\s]*=)[^&\s]+/gi, '***');
}

function settingText(
  key: SettingKey,
  { env, flags, readFile }: SettingSources,
): { name: string; text: string } | undefined {
  const [variable, flag] = [variableOf(key), flagOf(key)];
  const isOfKubernetes = isKubernetesVariable(variable, env[variable]);
  const given = [
    { name: `--${flag}`, text: flags[flag] },
    { name: `--${flag}-file`, text: flags[`${flag}-file`], isFile: true },
    { name: variable, text: isOfKubernetes ? '' : env[variable] },
    { name: `${variable}_FILE`, text: env[`${variable}_FILE`], isFile: true },
    // The name that hosting platforms use.
    { name: 'PORT', text: key === 'port' ? env.PORT : undefined },
  ];
  const { name, text, isFile } =
    given.find((source) => source.text && (!source.isFile || takesFile(key))) ?? {};
  if (!name || !text) return undefined;
  try {
    return { name, text: isFile ? readFile(text) : text };
  } catch (error) {
    throw new SettingsError(`${name}: the file can't be read (${(error as Error).message}).`);
  }
}

/** Whether Kubernetes set the variable, for a Service called `aios`. */
function isKubernetesVariable(variable: string, value: string | undefined): boolean {
  return variable === 'AIOS_PORT'
    ? /^\w+:\/\//.test(value ?? '')
    : /^AIOS_(SERVICE|PORT)_/.test(variable);
}

function unknownVariables(env: SettingSources['env']): string[] {
  const known = settingKeys.flatMap((key) =>
    takesFile(key) ? [variableOf(key), `${variableOf(key)}_FILE`] : [variableOf(key)],
  );
  return Object.keys(env)
    .filter(
      (name) =>
        name.startsWith('AIOS_') && !known.includes(name) && !isKubernetesVariable(name, env[name]),
    )
    .map((name) => {
      const stem = name.replace(/_FILE$/, '');
      const nearest = known.includes(stem) ? stem : closest(name, known);
      return `${name} is not a setting; did you mean ${nearest}?`;
    });
}
