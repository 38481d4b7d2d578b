import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { launchServing } from '../support/process.ts';
import { call } from '../support/program-calls.ts';
import { parseMetrics } from '../support/prometheus.ts';
import { newUuid } from '../support/records.ts';
import { requiredModelParams } from '../support/resources.ts';
import { API, SESSION } from '../support/server.ts';

interface Dashboard {
  panels: { title: string; targets: { expr: string }[] }[];
}

/** What Prometheus adds to every sample. */
const SCRAPED = ['job', 'instance'];
/** Matches a series in a query: its name, which no function's parenthesis follows, and its labels. */
const SERIES = /\b([a-z]+_[a-z\d_]+)\b(?!\s*\()(?:\{([^}]*)\})?/g;

const { panels }: Dashboard = JSON.parse(readFileSync('docs/grafana.json', 'utf8'));

test('every query of the dashboard names metrics and labels that the server has', async (context) => {
  const program = await launchServing(context, { env: { AIOS_DATABASE_URL: 'memory:' } });
  const headers = { 'x-job-uuid': newUuid(), 'x-web-hook': 'http://127.0.0.1:1/' };
  await call(program, 'POST', `${API}/models`, { param: requiredModelParams }, headers);

  const read = async () => {
    const authorization = `OAuth ${SESSION}`;
    const response = await fetch(`${program.url}/_aios/metrics`, { headers: { authorization } });
    return parseMetrics(await response.text());
  };
  const hooks = async () => (await read()).get('aios_web_hook_calls_total')?.samples.size;
  await expect.poll(hooks, { timeout: 20_000 }).toBe(1);

  const samples = [...(await read()).values()].flatMap((metric) => [...metric.samples.keys()]);
  const labelsOf = (name: string) => {
    const own = samples.filter((key) => key.startsWith(`${name}{`));
    expect(own, name).not.toEqual([]);
    return own.flatMap((key) => [...key.matchAll(/(\w+)="/g)].map(([, label]) => label));
  };
  for (const { title, targets } of panels) {
    for (const { expr } of targets) {
      const series = [...expr.matchAll(SERIES)];
      expect(series.length, title).toBeGreaterThan(0);
      const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, names = '']) =>
        names.split(', '),
      );
      for (const [, name = '', selector = ''] of series) {
        const selected = [...selector.matchAll(/(\w+)=/g)].map(([, label]) => label);
        const known = [...SCRAPED, ...labelsOf(name)];
        expect(known, `${title}: ${expr}`).toEqual(
          expect.arrayContaining([...grouped, ...selected]),
        );
      }
    }
  }
});
