import { execFile } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Finishing, temporaryFolder } from './folder.ts';

const execute = promisify(execFile);

/** A bin folder of tools, first in the path of what runs in it. */
export interface Tools {
  /** The folder that has their `node_modules`. */
  folder: string;
  /** Runs one of them; rejects, with its output, unless it exits with 0. */
  run: (name: string, args: string[]) => Promise<string>;
  env: Record<string, string | undefined>;
}

/**
 * Installs tools that are too large for the lock file in a folder of their own, for the nightly tests.
 * @param packages with exact versions
 * @returns undefined, and a line on the console, where the registry can't be reached
 */
export async function installTools(
  context: Finishing,
  packages: string[],
): Promise<Tools | undefined> {
  const folder = temporaryFolder(context);
  const bin = join(folder, 'node_modules/.bin');
  const path = [bin, dirname(process.execPath), process.env.PATH].join(delimiter);
  const env = { ...process.env, PATH: path };
  const flags = ['--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
  try {
    await execute('npm', ['install', ...flags, ...packages], { env, timeout: 240_000 });
  } catch (error) {
    console.info(
      `${packages.join(', ')} can't be installed: what needs them is not tested.`,
      error,
    );
    return undefined;
  }
  return {
    folder,
    env,
    run: async (name, args) => {
      const { stdout, stderr } = await execute(join(bin, name), args, { env, timeout: 120_000 });
      return stdout + stderr;
    },
  };
}
