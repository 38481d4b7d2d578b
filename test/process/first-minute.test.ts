import { test } from 'vitest';
import { replayFirstMinute } from '../support/first-minute.ts';
import { launch } from '../support/process.ts';

test('a newcomer adds and sees a model by what the terminal shows, as docs/tour.md says', async (context) => {
  const program = await launch(context, {
    args: ['--port=0'],
    env: { AIOS_LOG_FORMAT: 'pretty' },
  });
  await replayFirstMinute(program);
});
