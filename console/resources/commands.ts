import { serverUrl } from '../api/client.ts';
import { session } from '../api/session.ts';
import { requestSchema, toText, toValue } from './form-values.ts';
import type { Kind, Resource } from './kinds.ts';

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** The command that sends a request; the shell's variable AIOS_SESSION has the session. */
export function curlOf(method: string, path: string, body?: object): string {
  return [
    `curl -X ${method} ${quoted(`${serverUrl}zstack${path}`)}`,
    session.value !== '' && '-H "Authorization: OAuth $AIOS_SESSION"',
    body && "-H 'Content-Type: application/json'",
    body && `-d ${quoted(JSON.stringify(body, null, 2))}`,
  ]
    .filter(Boolean)
    .join(' \\\n  ');
}

/** The body of a request that adds a resource with the same values; undefined for kinds that can't be added. */
export function additionOf({ add }: Kind, resource: Resource): object | undefined {
  if (!add) return undefined;
  const { wrapper, members } = requestSchema(add.request);
  const texts = members.map((field) => [field[0], field[1], toText(field, resource)] as const);
  const values = texts
    .filter(([, , text]) => text !== '')
    .map(([name, schema, text]) => [name, toValue(schema, text)]);
  return { [wrapper]: Object.fromEntries(values) };
}
