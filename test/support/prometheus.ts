/** A metric in Prometheus' text format. */
export interface Metric {
  help: string;
  type: string;
  /** By name and labels, as they are written. */
  samples: Map<string, number>;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"';
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)?\\})? (\\S+)$`);

/**
 * Reads metrics by their format's specification.
 * @throws Error for a line that is against it, or a sample without help and type before it
 */
export function parseMetrics(text: string): Map<string, Metric> {
  const metrics = new Map<string, Metric>();
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [, keyword, name = '', rest = ''] =
      new RegExp(`^# (HELP|TYPE) (${NAME}) (.+)$`).exec(line) ?? [];
    const known = metrics.get(name) ?? { help: '', type: '', samples: new Map() };
    if (keyword) {
      const member = keyword === 'HELP' ? 'help' : 'type';
      if (known[member] || known.samples.size > 0) throw new Error(`out of place: ${line}`);
      known[member] = rest;
      metrics.set(name, known);
      continue;
    }
    const [, sampled = '', labels = '', value = ''] = SAMPLE.exec(line) ?? [];
    const family = metrics.get(sampled) ?? metrics.get(sampled.replace(/_(bucket|sum|count)$/, ''));
    const number = value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value);
    const isNumber = !Number.isNaN(number) || /^nan$/i.test(value);
    if (!family?.help || !family.type || !isNumber) throw new Error(`wrong: ${line}`);
    const key = `${sampled}{${labels}}`;
    if (family.samples.has(key)) throw new Error(`there twice: ${line}`);
    family.samples.set(key, number);
  }
  return metrics;
}

/** The samples of a metric whose names and labels hold all of these texts, added up. */
export function sumOf(metric: Metric | undefined, ...texts: string[]): number {
  const found = [...(metric?.samples ?? [])].filter(([key]) =>
    texts.every((text) => key.includes(text)),
  );
  return found.reduce((sum, [, value]) => sum + value, 0);
}
