import { type Logger, pino } from 'pino';
import type { Settings } from './settings.ts';

/** Characters of lines that wait for the end of their turn at most. */
const BUFFER_MAX = 16 * 1024 - 1;

export interface LogEnvironment {
  /** Whether a person reads it. */
  isTerminal: boolean;
  /** Has work done when the process ends. */
  atExit: (work: () => void) => void;
}

/** The log on standard output: lines of JSON, or readable ones on a terminal. */
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

/** Standard output, to which the lines of one turn of the event loop are written at once. */
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

  /** The terminal is gone, or the disk behind a redirection full: the server goes on without a log. */
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
