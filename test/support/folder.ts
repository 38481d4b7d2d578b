import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';

/** The part of a test's context that cleans up after it, also where tests run at the same time. */
export type Finishing = Pick<TestContext, 'onTestFinished'>;

/** A folder of the test's own, removed with it. */
export function temporaryFolder({ onTestFinished }: Finishing): string {
  const folder = mkdtempSync(join(tmpdir(), 'aios-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
