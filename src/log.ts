import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { type LevelWithSilent, pino } from 'pino';

/** Maximum number of characters that wait for the reader of the log; further lines are dropped. */
const PENDING_MAX = 1024 * 1024;
/** Pause, in milliseconds, before a full output is tried again. */
const RETRY_MS = 10;
/** Maximum number of tries at the end of the process, which take half a second. */
const LAST_TRIES = 50;

/**
 * Creates the log on standard output: lines of JSON, or ones that are formatted for people.
 * @param onDrop is called for each line that is dropped
 * @returns the log, and what writes its last lines at the end of the process
 */
export async function createLogger(level: LevelWithSilent, isPretty: boolean, onDrop: () => void) {
  const format = isPretty ? await terminalFormat() : (line: string) => line;
  const output = createOutput(openStandardOutput(), onDrop, (lines) =>
    logger.warn({ lines }, 'lines of the log were dropped, which was not read in time'),
  );
  const logger = pino({ level }, { write: (line) => output.write(format(line)) });
  return { logger, end: output.end };
}

async function terminalFormat(): Promise<(line: string) => string> {
  const { default: pretty } = await import('pino-pretty');
  const options = { singleLine: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' };
  return pretty.prettyFactory(options);
}

/**
 * Opens a pipe or terminal again without blocking: a write fails when it is full, but not that of another program
 * which shares it. A socket, or a pipe outside of Linux, can't be opened; Node.js has made these non-blocking itself.
 */
function openStandardOutput(): number {
  const output = fstatSync(1);
  const isShared = output.isFIFO() || output.isCharacterDevice();
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
  try {
    return isShared ? openSync('/proc/self/fd/1', O_WRONLY | O_NONBLOCK | O_NOCTTY) : 1;
  } catch {
    return 1;
  }
}

/**
 * Writes the lines of an event-loop tick together, and never waits for their reader.
 * @param onDrop is called for each line that is dropped
 * @param onRecovery is called with the number of dropped lines, once the reader has caught up
 */
function createOutput(
  descriptor: number,
  onDrop: () => void,
  onRecovery: (lines: number) => void,
): { write: (line: string) => void; end: () => void } {
  let lines = '';
  /** Earlier lines, of which the first may have been written in part. */
  let unwritten = Buffer.alloc(0);
  let dropped = 0;
  let isScheduled = false;

  function write(line: string): void {
    if (lines.length + unwritten.length + line.length > PENDING_MAX) {
      dropped++;
      onDrop();
      return;
    }
    lines += line;
    if (!isScheduled) setImmediate(flush);
    isScheduled = true;
  }

  /** @returns whether all lines are written */
  function flush(): boolean {
    if (lines !== '') unwritten = Buffer.concat([unwritten, Buffer.from(lines)]);
    lines = '';
    isScheduled = false;
    try {
      while (unwritten.length > 0) unwritten = unwritten.subarray(writeSync(descriptor, unwritten));
    } catch {
      // The pipe or the disk is full; or the pipe has no reader, and the server runs without a log.
      isScheduled = true;
      setTimeout(flush, RETRY_MS).unref();
      return false;
    }
    if (dropped > 0) onRecovery(dropped);
    dropped = 0;
    return lines === '';
  }

  /** Gives a slow reader half a second to take what is pending. */
  function end(): void {
    const sleeper = new Int32Array(new SharedArrayBuffer(4));
    for (let tries = 0; !flush() && tries < LAST_TRIES; tries++) {
      Atomics.wait(sleeper, 0, 0, RETRY_MS);
    }
  }

  return { write, end };
}
