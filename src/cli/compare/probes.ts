import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** A request of a probe; probes.yaml says what its texts may have. */
export interface Call {
  method: string;
  /** From `/zstack` on. */
  path: string;
  /** An object is sent as JSON. */
  body?: object | string | undefined;
  headers?: Record<string, string> | undefined;
  see?: string | undefined;
}

/** What to ask a server about a decision of docs/fidelity.md. */
export interface Probe {
  /** The decision's number; further probes of it end with `-2` and so on. */
  id: string;
  /** What this server does. */
  what: string;
  calls: readonly Call[];
  /** Whether it deploys a service, which takes resources of a real platform. */
  deploys: boolean;
}

/** The decision that a probe is about: `F12` of `F12-2`. */
export const decisionOf = (id: string): string => id.replace(/-.*/, '');

type Written = Pick<Call, 'headers' | 'see'> & Record<string, unknown>;

/** The member that is neither headers nor `see` is the request: its method and path, and its body. */
function toCall({ headers, see, ...request }: Written): Call {
  const [[line, body] = ['', null]] = Object.entries(request);
  const [method = '', path] = line.split(' ');
  return { method, path: `/zstack/${path}`, body: (body as object) ?? undefined, headers, see };
}

function toProbe([title, calls]: [string, (Written | Written[])[]]): Probe {
  const [id = ''] = title.split(' ');
  return {
    id,
    what: title.slice(id.length + 1),
    calls: calls.flat().map(toCall),
    deploys: JSON.stringify(calls).includes('deployModelService'),
  };
}

// The build copies the file next to the bundle.
const written = readFileSync(new URL('probes.yaml', import.meta.url), 'utf8').replace(
  /\$\((\d+)\*(.+?)\)/g,
  (_, times, text) => text.repeat(times),
);
const { center: centerCalls, probes: named } = parse(written, { merge: true, maxAliasCount: -1 });

/** Finds or adds the model center that the others use. */
export const center: Probe = toProbe(['center', centerCalls]);

/** What `compare` asks, about each decision of docs/fidelity.md that can be seen from outside. */
export const probes: readonly Probe[] = Object.entries<Written[]>(named).map(toProbe);
