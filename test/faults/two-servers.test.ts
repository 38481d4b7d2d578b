import { expect, test } from 'vitest';
import { report } from '../support/figures.ts';
import { temporaryFolder } from '../support/folder.ts';
import { launchServing } from '../support/process.ts';
import { addService, serviceNames } from '../support/program-calls.ts';

const ROUNDS = 10;
const STARTS = 4;
const WRITES = 20;

test('of servers that start at once on one database one serves, and the next takes over when it is killed', async (context) => {
  const cwd = temporaryFolder(context);
  const acknowledged: string[] = [];
  const seen = { rejected: 0, serving: 0 };
  let names: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const programs = await Promise.all(
      Array.from({ length: STARTS }, () => launchServing(context, { cwd })),
    );
    const [program, ...more] = programs.filter(({ url }) => url !== '');
    if (!program) throw new Error('none serves');
    expect(more).toEqual([]);
    seen.serving++;
    for (const rejected of programs.filter(({ url }) => url === '')) {
      expect(await rejected.ended).toBe(1);
      expect(rejected.stderr()).toMatch(/: Another server runs on the database /);
      seen.rejected++;
    }
    const writes = Array.from({ length: WRITES }, async (_, write) => {
      const name = `${round} ${write}`;
      if ((await addService(program, name)).status === 200) acknowledged.push(name);
    });
    await Promise.all(writes);
    names = await serviceNames(program);
    program.signal('SIGKILL');
    await program.ended;
  }
  expect(names.toSorted()).toEqual(acknowledged.toSorted());
  report('3-two-servers', {
    fault: `${STARTS} servers that start at once on one database, the one that serves killed with \`kill -9\``,
    figures: {
      rounds: ROUNDS,
      'servers that served': seen.serving,
      'refused with a sentence': seen.rejected,
      acknowledged: acknowledged.length,
      lost: acknowledged.filter((name) => !names.includes(name)).length,
    },
  });
});
