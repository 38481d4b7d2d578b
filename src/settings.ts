import {
  integerIn,
  isAddressOrRange,
  isHostOrRange,
  isOrigin,
  isTimeZone,
  isUrlTemplate,
  listOf,
  parseAccessKeys,
  parseBaseUrl,
  parseBoolean,
  parseBytes,
  parseDatabaseUrl,
  parseSeconds,
} from './setting-values.ts';

/** An invalid setting or flag, with a sentence for the user. */
export class SettingsError extends Error {}

/** Wrong usage: an unknown command or flag, or a value that is not allowed. */
export class UsageError extends SettingsError {}

/** A setting; its environment variable and flag are derived from its key. */
export interface Setting<Value> {
  description: string;
  /** The allowed values, as a noun phrase for the error's sentence and the tables. */
  allowed: string;
  /** The default, in the text form a user would write; empty without one. */
  default?: string;
  /** Returns undefined for an invalid value. */
  parse: (text: string) => Value | undefined;
  /** Not trimmed, except for a file's final line end, and not blank if given. */
  verbatim?: true;
  /** Never shown; may come from a file. */
  secret?: true;
  /** May come from a file, named by the variable with `_FILE` appended. */
  fromFile?: true;
}

function oneOf<const Values extends readonly string[]>(values: Values) {
  return {
    allowed: values.map((value) => `\`${value}\``).join(', '),
    parse: (text: string): Values[number] | undefined => values.find((value) => value === text),
  };
}

function integer(least: number, most: number) {
  const parse = (text: string) => integerIn(text, least, most);
  return { allowed: `an integer from ${least} to ${most}`, parse };
}

const anyText = { allowed: 'a text', parse: (text: string) => text };
const path = { ...anyText, allowed: 'the path of a file' };

/** A switch, whose flag without a value means on. */
const onOff = { allowed: '`on` or `off`', parse: parseBoolean };

const seconds = {
  allowed:
    'a number of seconds, or a duration such as `500ms`, `30s`, `15m`, `2h` or `7d`; at most 365 days',
  parse: parseSeconds,
};

const table = {
  host: {
    description:
      'Address to listen on. On any but a loopback address the server starts only with `AIOS_SESSION`, `AIOS_ADMIN_PASSWORD`, `AIOS_ACCESS_KEY` or `AIOS_AUTH=off`.',
    allowed: 'an address or host name',
    default: '127.0.0.1',
    parse: (text) => (/^[\w.:%-]+$/.test(text) ? text : undefined),
  },
  port: {
    description: 'Port to listen on; `0` takes a free one. By default that of `PORT`.',
    ...integer(0, 65_535),
    default: '8080',
  },
  addressFile: {
    description: 'File to which the server writes its address, for the command `health`.',
    ...path,
  },
  databaseUrl: {
    description:
      'Where data is stored: a file, created with its folder where missing, for one server; or a PostgreSQL database, for any number of servers, whose URL may name several hosts.',
    allowed: '`file:PATH`, `memory:` or `postgres://USER:PASSWORD@HOST:PORT/DATABASE`',
    default: 'file:./data/aios.db',
    parse: parseDatabaseUrl,
    fromFile: true,
  },
  databaseConnections: {
    description:
      'Largest number of connections that this server opens to a PostgreSQL database, a third of them for lists and counts; one more serves the health check.',
    ...integer(2, 1000),
    default: '15',
  },
  session: {
    description:
      'Session UUIDs, separated by commas, that belong to `admin` and never expire: for scripts and CI.',
    allowed: 'UUIDs of 32 lower-case hexadecimal digits',
    parse: (text) => listOf(text, (uuid) => /^[0-9a-f]{32}$/.test(uuid)),
    secret: true,
  },
  adminPassword: {
    description:
      'Password of `admin`, set at every start; a changed one ends all sessions. Without it the last one that was set is valid; if there never was one, `password` is valid on a loopback address.',
    ...anyText,
    verbatim: true,
    secret: true,
  },
  sessionTimeout: {
    description: 'How long a session lasts after its last use.',
    ...seconds,
    default: '7200',
  },
  auth: {
    description:
      'Whether the API requires a session; `off` accepts any request, and any password at login.',
    ...onOff,
    default: 'on',
  },
  accessKey: {
    description:
      'Access keys of `admin`, as `id:secret`, separated by commas: for programs that sign their requests.',
    allowed: 'pairs of a unique ASCII id and a secret without commas and spaces',
    parse: parseAccessKeys,
    secret: true,
  },
  reply: {
    description:
      'How writes are answered: `auto` with the result, or with a job where the request asks for one; `inline` always with the result, `job` always with a job.',
    ...oneOf(['auto', 'inline', 'job']),
    default: 'auto',
  },
  publicUrl: {
    description:
      'URL by which clients reach the server: the locations of jobs begin with it. By default that of the request.',
    allowed: 'a URL such as `https://aios.example.com` or `https://example.com/aios`',
    parse: (text) => (text === '' ? '' : parseBaseUrl(text)),
  },
  jobRetention: {
    description: 'For how long a job’s result can be polled.',
    ...seconds,
    default: '10800',
  },
  hookAllow: {
    description:
      'Where web hooks may go. By default `local` (this machine and private networks) if the server listens on a loopback address, else `none`.',
    allowed: '`none`, or `local`, host names, IP addresses and CIDR ranges separated by commas',
    parse: (text) => {
      if (text === '' || text === 'none') return text === '' ? null : [];
      return listOf(text, isHostOrRange);
    },
  },
  seedFile: {
    description:
      'A JSON file with resources to start with, in the form of `GET /_aios/state`, or realistic ones for a demonstration; resources that the database already has stay as they are.',
    ...anyText,
    allowed: 'the path of a file, `demo:SERVICES` or `demo:SERVICES:SEED`',
  },
  control: {
    description:
      'Whether tests may control the server under `/_aios`: reset, faults, clock and more. For tests only.',
    ...onOff,
    default: 'off',
  },
  record: {
    description:
      'HAR file to which every request to the API and its answer are written, secrets masked; each start begins it anew.',
    ...path,
  },
  unknownFields: {
    description:
      'Whether body fields and query parameters that the API does not know are ignored or rejected.',
    ...oneOf(['ignore', 'reject']),
    default: 'ignore',
  },
  strictReferences: {
    description: 'Whether `modelCenterUuid` and `tagUuids` must refer to resources of this server.',
    ...onOff,
    default: 'off',
  },
  deployTime: {
    description: 'How long after DeployModelService a deployment is `Deploying`, then `Running`.',
    allowed: `\`0\`, or ${seconds.allowed}`,
    default: '0',
    parse: (text) => (text === '0' ? 0 : parseSeconds(text)),
  },
  deployUrl: {
    description:
      'URL of an instance that runs, such as that of a mock endpoint, in which `{group}` and `{instance}` are replaced by their UUIDs and `{name}` by the group’s name. By default instances have none.',
    allowed: 'a URL such as `http://mock:9000/{name}`',
    parse: (text) => (text === '' || isUrlTemplate(text) ? text : undefined),
  },
  timeZone: {
    description:
      'Time zone of the dates in answers and queries. By default that of `TZ`, else UTC.',
    allowed: 'an IANA time zone such as `Asia/Shanghai`',
    parse: (text) => (text === '' || isTimeZone(text) ? text : undefined),
  },
  bodyLimit: {
    description: 'Largest request body.',
    allowed: 'a number of bytes up to 64 MiB, also as `512KiB` or `32MiB`',
    default: '32MiB',
    parse: parseBytes,
  },
  logLevel: {
    description: 'Lowest level that is logged.',
    ...oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    default: 'info',
  },
  logFormat: {
    description:
      'Whether the log is formatted for people or has a JSON object a line; `auto` is `pretty` on a terminal.',
    ...oneOf(['auto', 'pretty', 'json']),
    default: 'auto',
  },
  trustProxy: {
    description:
      'Whether `X-Forwarded-*` headers are trusted: never, always, or from these addresses of proxies.',
    allowed: '`on`, `off`, or IP addresses and CIDR ranges separated by commas',
    default: 'off',
    // Other programs read a number here as one of proxies.
    parse: (text) =>
      (/^\d+$/.test(text) ? undefined : parseBoolean(text)) ?? listOf(text, isAddressOrRange),
  },
  corsOrigins: {
    description: 'Origins, separated by commas, whose web pages may call the API; `*` for any.',
    allowed: '`*`, or origins such as `https://console.example.com`',
    parse: (text) => listOf(text, (origin) => origin === '*' || isOrigin(origin)),
  },
} satisfies Record<string, Setting<unknown>>;

export type SettingKey = keyof typeof table;
export type Settings = {
  [Key in SettingKey]: Exclude<ReturnType<(typeof table)[Key]['parse']>, undefined>;
};

/** Every setting. The help text and the table of settings are generated from this. */
export const definitions: Record<SettingKey, Setting<unknown>> = table;
export const settingKeys = Object.keys(table) as SettingKey[];

/** `databaseUrl` → `AIOS_DATABASE_URL`. */
export function variableOf(key: SettingKey): string {
  return `AIOS_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** `databaseUrl` → `database-url`. */
export function flagOf(key: SettingKey): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Whether a setting's value may come from a file. */
export function takesFile(key: SettingKey): boolean {
  const { secret, fromFile } = definitions[key];
  return secret === true || fromFile === true;
}
