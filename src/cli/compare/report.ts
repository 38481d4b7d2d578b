import { normalized } from './differences.ts';
import type { Answer } from './exchange.ts';
import { decisionOf, type Probe } from './probes.ts';
import type { Finding } from './replay.ts';

/** What was found out by a probe, or about the request of another client. */
export interface Result {
  /** The decision's number; for another client's request `request`. */
  decision: string;
  what: string;
  verdict: 'contradicted' | 'could not be asked' | 'confirmed';
  findings: readonly Finding[];
}

/** Judges probes by their findings, and requests of other clients one by one. */
export function judge(probes: readonly Probe[], findings: readonly Finding[]): Result[] {
  const result = (decision: string, what: string, own: readonly Finding[], isComplete = true) => {
    const isSame = own.every(({ differing }) => differing.length === 0);
    const agreed: Result['verdict'] = isComplete ? 'confirmed' : 'could not be asked';
    return { decision, what, verdict: isSame ? agreed : 'contradicted', findings: own } as const;
  };
  const ofProbes = probes.map(({ id, what, calls }): Result => {
    const own = findings.filter(({ probe }) => probe === id);
    const isAnswered = own.every(({ there }) => there.status > 0);
    return result(decisionOf(id), what, own, isAnswered && own.at(-1)?.call === calls.length - 1);
  });
  const ofOthers = findings.filter(({ probe }) => probe === undefined);
  return ofProbes.concat(ofOthers.map((finding) => result('request', finding.request, [finding])));
}

/** Longest answer in the report, in characters. */
const LONGEST = 2000;

const shown = ({ members, type, zone, ...answer }: Answer): string =>
  JSON.stringify(answer).slice(0, LONGEST);

function section({ decision, what, findings }: Result): string[] {
  const steps = findings.filter(({ differing }) => differing.length > 0);
  return [
    `### ${decision}: ${what}`,
    ...(steps.length > 0 ? steps : findings.slice(-1)).flatMap(
      ({ request, body, differing, there, here }) => [
        `\`${request}\`: ${differing.length > 0 ? `these differ: ${differing.join(', ')}` : 'the last answer'}`,
        '```',
        `sent:  ${body.slice(0, LONGEST)}`,
        `there: ${shown(there)}`,
        `here:  ${shown(here)}`,
        '```',
      ],
    ),
  ];
}

/**
 * Writes the report in Markdown: decisions by verdict, requests and answers of those that are not confirmed.
 * @param title what was compared with what
 */
export function report(title: string, results: readonly Result[]): string {
  const verdicts = ['contradicted', 'could not be asked', 'confirmed'] as const;
  const lines = verdicts.flatMap((verdict) => {
    const those = results.filter((result) => result.verdict === verdict);
    const decisions = [...new Set(those.map(({ decision }) => decision))];
    const details = verdict === 'confirmed' ? [] : those.flatMap(section);
    return [`## ${those.length} ${verdict}`, decisions.join(', '), ...details];
  });
  return `# ${title}\n\n${normalized(lines.join('\n'))}\n`;
}
