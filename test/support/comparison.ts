import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { compare } from '../../src/cli/compare/compare.ts';
import { environment } from '../../src/environment.ts';
import type { Aios } from '../../src/library.ts';
import { readSettings } from '../../src/read-settings.ts';
import { temporaryFolder } from './folder.ts';

interface Compared {
  status: number;
  text: string;
  lines: string[];
  /** Numbers of the decisions with each verdict. */
  contradicted: string[];
  unasked: string[];
  confirmed: string[];
}

/** Runs the command without a question, at a server or on a recording. */
export async function comparison(
  target: Pick<Aios, 'url' | 'session'> | undefined,
  flags: Record<string, string> = {},
  env: Record<string, string> = {},
  stopping = new AbortController().signal,
): Promise<Compared> {
  const json = join(temporaryFolder({ onTestFinished }), 'compared.json');
  const lines: string[] = [];
  const { settings } = readSettings({
    env: { ...(target && { AIOS_SESSION: target.session }), ...env },
    flags: {},
    readFile: environment.readFile,
  });
  const { text, status } = await compare(target?.url ?? '', settings, {
    ...environment,
    flags: { yes: 'on', json, ...flags },
    print: (line) => lines.push(line),
    confirm: async () => false,
    stopping,
  });
  const results: { decision: string; verdict: string }[] = JSON.parse(readFileSync(json, 'utf8'));
  const decisions = (verdict: string) => [
    ...new Set(results.filter((one) => one.verdict === verdict).map(({ decision }) => decision)),
  ];
  return {
    status,
    text,
    lines,
    contradicted: decisions('contradicted').toSorted(),
    unasked: decisions('could not be asked').toSorted(),
    confirmed: decisions('confirmed'),
  };
}
