import { execFileSync, spawnSync } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  openSync,
  statfsSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { type Finishing, temporaryFolder } from './folder.ts';

/** A disk of its own that is full soon. */
export interface SmallDisk {
  folder: string;
  /** Leaves so many bytes free, or somewhat more. */
  leave: (bytes: number) => void;
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

/** A disk of its own that can fail. */
export interface FailingDisk {
  folder: string;
  /** Marks it as damaged, so that the system makes it read-only. */
  fail: () => void;
  /** Checks it and takes it into use again; to be called when it is not in use. */
  repair: () => void;
}

/** Mounts a disk of so many megabytes, until the test is finished; undefined where that is not allowed. */
export function mountFailingDisk(context: Finishing, megabytes: number): FailingDisk | undefined {
  const image = join(temporaryFolder(context), 'disk');
  const folder = temporaryFolder(context);
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' });
  let device = '';
  const mount = () => {
    run('mount', '-o', 'loop,errors=remount-ro', image, folder);
    device = run('findmnt', '-no', 'SOURCE', folder).trim();
  };
  try {
    closeSync(openSync(image, 'w'));
    truncateSync(image, megabytes * 1024 * 1024);
    run('mkfs.ext4', '-q', '-E', 'lazy_itable_init=0', image);
    mount();
    accessSync(trigger(device), constants.W_OK);
  } catch {
    return undefined;
  }
  context.onTestFinished(() => void run('umount', '--lazy', folder));
  return {
    folder,
    fail: () => writeFileSync(trigger(device), 'a test'),
    repair: () => {
      run('umount', folder);
      // 1: errors were corrected.
      const { status } = spawnSync('e2fsck', ['-fy', image]);
      if (status !== 0 && status !== 1) throw new Error(`e2fsck ended with ${status}`);
      mount();
    },
  };
}

/** Where the system takes such a wish. */
function trigger(device: string): string {
  return `/sys/fs/ext4/${basename(device)}/trigger_fs_error`;
}
