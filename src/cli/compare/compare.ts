import { writeFileSync } from 'node:fs';
import type { HarEntry } from '../../http/har.ts';
import { start } from '../../index.ts';
import { type Settings, UsageError } from '../../settings.ts';
import { connect, readInput } from './connect.ts';
import { normalized } from './differences.ts';
import { type CompareOptions, play } from './play.ts';
import { decisionOf, type Probe, probes } from './probes.ts';
import { type Finding, replayer } from './replay.ts';
import { judge, report } from './report.ts';

/** Matches the URLs of what this program provides of the platform. */
const OF_API =
  /\/zstack\/+(api|v1\/+(ai|api-jobs|model-service-instance-groups|(user-|system-)?tags|accounts\/sessions|management-nodes)\b)/;

/** Statuses of the program: nothing differs, something does, something could not be asked. */
const [SAME, DIFFERENT, NOT_ASKED] = [0, 1, 2];

/** The entries of a HAR file that are of the API. @throws UsageError for what is no HAR */
function parseHar(json: string): HarEntry[] {
  try {
    const { entries }: { entries: HarEntry[] } = JSON.parse(json).log;
    return entries.filter(({ request }) => OF_API.test(request.url));
  } catch (error) {
    throw new UsageError(`This is not a HAR file: ${(error as Error).message}.`);
  }
}

/** Says what is going to be done, and asks whether to. @throws UsageError if not */
async function announce(
  target: string,
  asked: readonly Probe[],
  { flags, print, confirm }: CompareOptions,
): Promise<void> {
  const requests = asked.flatMap(({ calls }) => calls).length;
  const deployments = asked.some(({ deploys }) => deploys) ? ' It deploys services.' : '';
  print(
    `compare sends some ${2 * requests} requests to ${target}. It creates models, services and others whose names ` +
      `begin with aios-compare-, and deletes them at the end, also after Ctrl-C.${deployments}`,
  );
  if (flags.yes !== 'on' && !(await confirm())) {
    throw new UsageError('Nothing was sent. --yes answers the question.');
  }
}

/**
 * Asks a server what the probes are about, or reads the answers of a recording, and compares them with those of a new
 * server of this program.
 * @param target URL of the server; empty with the flag `har`
 * @returns the report, and the status to end with
 * @throws UsageError for what can't be asked
 */
export async function compare(target: string, settings: Settings, options: CompareOptions) {
  const { flags, clock, version } = options;
  const { har, only, json } = flags;
  if ((har === undefined) === (target === '')) {
    throw new UsageError('compare needs either a URL or --har FILE. See --help.');
  }
  const asked = probes.filter(
    ({ id, deploys }) =>
      (only === undefined || only.split(',').includes(decisionOf(id))) &&
      (!deploys || flags.deploy === 'on' || har !== undefined),
  );
  if (asked.length === 0) throw new UsageError(`--only ${only}: no probe is about that.`);
  if (har === undefined) await announce(target, asked, options);
  const findings: Finding[] = [];
  await using own = await start();
  const authorize = () => ({ authorization: own.headers.Authorization });
  const ownPeer = { url: own.url, session: own.session, authorize, clock };
  const peer = har === undefined ? await connect(target, settings, options) : ownPeer;
  const entries =
    har === undefined ? play(asked, peer, options) : parseHar(readInput(har, options.readFile));
  const replay = replayer(own, ownPeer, asked, peer.session);
  for await (const entry of entries) findings.push(await replay(entry));
  const isPlayed = ({ id }: Probe) => !har || findings.some(({ probe }) => probe === id);
  const results = judge(asked.filter(isPlayed), findings);
  if (json !== undefined) writeFileSync(json, normalized(JSON.stringify(results, null, 2)));
  const has = (verdict: string) => results.some((result) => result.verdict === verdict);
  return {
    text: report(`A ${har ? 'recording' : 'server'} and aios-model-server ${version}`, results),
    status: has('contradicted') ? DIFFERENT : has('could not be asked') ? NOT_ASKED : SAME,
  };
}
