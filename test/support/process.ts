import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { type Finishing, temporaryFolder } from './folder.ts';
import { SESSION } from './server.ts';

const PROGRAM = resolve('dist/main.js');

export interface Launch {
  /** Flags and commands after the program's name. */
  args?: string[];
  /** Its whole environment except `PATH`; the tests' own is not inherited. */
  env?: Record<string, string>;
  /** Where it runs; a folder of its own unless given. */
  cwd?: string;
  /** User and group to run as. */
  user?: number;
  /** What to run instead of the built program. */
  command?: [string, ...string[]];
}

export interface Program {
  cwd: string;
  pid: number;
  /** Where it serves; empty when it ended instead. */
  url: string;
  stdout: () => string;
  stderr: () => string;
  /** Its lines of JSON. */
  log: () => Record<string, unknown>[];
  /** Resolves when its output holds the text. */
  says: (text: string) => Promise<void>;
  /** Resolves when it has ended, with the code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
  signal: (signal: NodeJS.Signals) => void;
  /** Reads its output no more, as when a terminal is closed. */
  leave: () => void;
}

/** Starts the program, which ends with the test at the latest; resolves once it serves or has ended. */
export async function launch(context: Finishing, options: Launch = {}): Promise<Program> {
  const { args = [], env = {}, cwd = temporaryFolder(context), user } = options;
  const [command, ...first] = options.command ?? [process.execPath, PROGRAM];
  const child = spawn(command, [...first, ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // What a command starts is ended with it.
    detached: options.command !== undefined,
    ...(user !== undefined && { uid: user, gid: user }),
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text) => {
      output[name] += text;
    });
  }
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal);
  context.onTestFinished(() => endOf(child, options.command !== undefined));

  const says = async (text: string) => {
    while (!output.stdout.includes(text) && isRunning(child)) {
      await Promise.race([once(child.stdout, 'data'), ended]);
    }
  };
  await says('serves the API');
  const [, url = ''] = /(https?:\/\/[\w.:[\]-]+) serves the API/.exec(output.stdout) ?? [];
  if (url === '') await ended;
  return {
    cwd,
    pid: child.pid ?? 0,
    url,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    log: () =>
      output.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    says,
    ended,
    signal: (signal) => void child.kill(signal),
    leave: () => {
      child.stdout.destroy();
      child.stderr.destroy();
    },
  };
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

async function endOf(child: ChildProcess, withGroup: boolean): Promise<void> {
  if (isRunning(child)) {
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }
  if (!withGroup || child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Starts the program on a free port, with a known session. */
export function launchServing(context: Finishing, options: Launch = {}): Promise<Program> {
  const env = { AIOS_PORT: '0', AIOS_SESSION: SESSION, ...options.env };
  return launch(context, { ...options, env });
}

/** A user without privileges; undefined if the tests' own is one. */
export const otherUser = process.getuid?.() === 0 ? 65_534 : undefined;

let runnable: Promise<boolean> | undefined;

/** Whether that user can read the program, which a checkout in a private folder doesn't allow. */
export function otherUserCanRun(): Promise<boolean> {
  runnable ??= tryAsOtherUser();
  return runnable;
}

async function tryAsOtherUser(): Promise<boolean> {
  if (otherUser === undefined) return true;
  const user = { uid: otherUser, gid: otherUser };
  const child = spawn(process.execPath, [PROGRAM, '--version'], { cwd: '/', ...user });
  const [code] = await once(child, 'exit');
  return code === 0;
}

/** The messages of a program's warnings. */
export const warnings = (program: Program) =>
  program
    .log()
    .filter(({ level }) => level === 40)
    .map(({ msg }) => String(msg));
