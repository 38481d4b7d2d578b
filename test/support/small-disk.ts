import { execFileSync } from 'node:child_process';
import { statfsSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Finishing, temporaryFolder } from './folder.ts';

/** A disk of its own that is full soon. */
export interface SmallDisk {
  folder: string;
  /** Leaves so many bytes free, or somewhat more. */
  leave: (bytes: number) => void;
  /** Makes free again what was taken. */
  free: () => void;
}

/** Mounts a disk of so many megabytes, until the test is finished; undefined where that is not allowed. */
export function mountSmallDisk(context: Finishing, megabytes: number): SmallDisk | undefined {
  const folder = temporaryFolder(context);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'aios-test', folder], {
      stdio: 'ignore',
    });
  } catch {
    return undefined;
  }
  context.onTestFinished(() => void execFileSync('umount', ['--lazy', folder]));
  const ballast = join(folder, 'ballast');
  return {
    folder,
    leave: (bytes) => {
      const { bavail, bsize } = statfsSync(folder);
      writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - bytes)));
    },
    free: () => unlinkSync(ballast),
  };
}
