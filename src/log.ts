import { type Logger, pino } from 'pino';
import type { Settings } from './settings.ts';

/** Maximum number of characters to buffer within one event-loop tick. */
const BUFFER_MAX = 16 * 1024 - 1;

export interface LogEnvironment {
  /** Whether standard output is a terminal. */
  isTerminal: boolean;
  /** Registers work for the end of the process. */
  atExit: (work: () => void) => void;
}

/** Creates the log on standard output: lines of JSON, or formatted ones on a terminal. */
export async function createLogger(
  { logLevel: level }: Settings,
  { isTerminal, atExit }: LogEnvironment,
): Promise<Logger> {
  const output = openOutput();
  atExit(output.end);
  if (!isTerminal) return pino({ level }, output.stream);
  const { default: pretty } = await import('pino-pretty');
  return pino(
    { level },
    pretty({
      destination: output.stream,
      singleLine: true,
      ignore: 'pid,hostname',
      translateTime: 'SYS:HH:MM:ss',
    }),
  );
}

/** Standard output; the lines of one event-loop tick are written together. */
function openOutput() {
  const stream = pino.destination({ fd: 1, sync: true, minLength: BUFFER_MAX });
  const write = stream.write.bind(stream);
  let isWaiting = false;

  function flush(): void {
    isWaiting = false;
    stream.flush();
  }

  function end(): void {
    try {
      stream.flushSync();
    } catch {
      disableOutput();
    }
  }

  /** Keeps the server running without a log if the terminal has closed or the disk is full. */
  function disableOutput(): void {
    stream.write = () => true;
    stream.flush = () => {};
    stream.flushSync = () => {};
    stream.end = () => {};
  }

  stream.on('error', disableOutput);
  stream.write = (lines) => {
    if (!isWaiting) setImmediate(flush);
    isWaiting = true;
    return write(lines);
  };
  return { stream, end };
}
