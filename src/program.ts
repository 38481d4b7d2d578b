import { writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Signals } from 'close-with-grace';
import { helpText, parseCommandLine } from './cli/command-line.ts';
import { health } from './cli/health.ts';
import { ApiError } from './contract/errors.ts';
import { environment } from './environment.ts';
import { readSettings } from './read-settings.ts';
import { type Settings, SettingsError, UsageError } from './settings.ts';
import { DatabaseOpenError } from './store/errors.ts';

/** Longest shutdown after a signal, in milliseconds. */
const CLOSE_DELAY_MS = 5000;

/** Signals of a crash are not handled: after the handler the crash would repeat endlessly. */
const CRASHES: Signals[] = ['SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGSEGV', 'SIGTRAP'];

const { version, migrationsFolder } = environment;

const ignoreSignal = () => {};
/** Prints the time in a thread of its own, since SQLite blocks that of the program. */
const TIMER = `
  const { workerData: step } = require('node:worker_threads');
  let seconds = 0;
  setInterval(() => require('node:fs').write(2, step + ' ' + ++seconds + ' s\\n', () => {}), 1000);
`;
let timer: Worker | undefined;

const printLine = (line: string) => console.error('aios-model-server:', line);

/** Prints a step, and each second how long it has taken, until the next one or none. */
function printStep(step?: string): void {
  void timer?.terminate();
  if (step === undefined) return;
  printLine(step);
  timer = new Worker(TIMER, { eval: true, workerData: `aios-model-server: ${step}` });
  timer.unref();
}

async function main(): Promise<void> {
  const { command, operands, flags, ...asks } = parseCommandLine(process.argv.slice(2));
  if (asks.help) return void process.stdout.write(helpText(command));
  if (asks.version) return void process.stdout.write(`${version}\n`);

  const { readFile } = environment;
  const { settings, warnings } = readSettings({ env: process.env, flags, readFile });
  if (command === 'health') return printLine(await health(settings));
  if (command === 'serve') return runServer(settings, warnings);
  for (const warning of warnings) printLine(warning);
  const [file = '', target = ''] = operands;
  const { backup, copy, demo, dump, dumpAll, load, openFile, restore } = await import(
    './cli/commands.ts'
  );
  const copying = { ...environment, print: console.error };
  switch (command) {
    case 'backup':
      return printLine(backup(settings, file, migrationsFolder, printStep));
    case 'restore':
      return printLine(await restore(settings, file, migrationsFolder, printStep));
    case 'copy':
      return printLine(await copy(file, target, copying));
    case 'compare': {
      // The probes are large, and no start of a server needs them.
      const { compare } = await import('./cli/compare/compare.ts');
      const stopping = abortedBySignals();
      const confirmed = () => confirm(stopping);
      const options = { ...environment, flags, print: printLine, confirm: confirmed, stopping };
      const { text, status } = await compare(file, settings, options);
      process.exitCode = status;
      return void process.stdout.write(text);
    }
    case 'demo':
      return void process.stdout.write(`${JSON.stringify(demo(flags), null, 2)}\n`);
    case 'load': {
      const input = file === '-' ? process.stdin : await openFile(file);
      return printLine(await load(settings, input, copying));
    }
    case 'dump':
      if (flags.all) return printLine(await dumpAll(settings, process.stdout, copying));
      return void process.stdout.write(await dump(settings, migrationsFolder));
  }
}

/** Asks the user on the terminal whether to go on; without one the answer is no. */
async function confirm(signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const { createInterface } = await import('node:readline/promises');
  const { stdin: input, stderr: output } = process;
  // Not as a terminal, so that Ctrl-C is a signal.
  const lines = createInterface({ input, output, terminal: false });
  const answer = await lines.question('Go on? [y/N] ', { signal }).catch(() => 'no');
  lines.close();
  return /^y/i.test(answer);
}

/** Aborted by Ctrl-C or a request to terminate, which npm repeats: the repetition must not end the process. */
function abortedBySignals(): AbortSignal {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => stopping.abort());
  return stopping.signal;
}

/** Serves until the process gets a signal. */
async function runServer(settings: Settings, warnings: string[]): Promise<void> {
  const { closeWithGrace, createLogger, Metrics, serve } = await import('./cli/commands.ts');
  const { logFormat, logLevel } = settings;
  const isPretty = logFormat === 'auto' ? process.stdout.isTTY : logFormat === 'pretty';
  const metrics = new Metrics();
  const onDrop = () => metrics.droppedLines.inc();
  const { logger, end } = await createLogger(logLevel, isPretty, onDrop);
  process.on('exit', end);
  for (const warning of warnings) logger.warn(warning);

  const stopping = new AbortController();
  const starting = serve(settings, {
    ...environment,
    stopping: stopping.signal,
    onStep: printStep,
    logger,
    isInteractive: isPretty,
    metrics,
    publishAddress: (url) => {
      try {
        if (settings.addressFile !== '') writeFileSync(settings.addressFile, url);
      } catch (err) {
        logger.warn({ err }, 'AIOS_ADDRESS_FILE could not be written');
      }
    },
  });
  // A signal ends the process whenever it has no listener, even between the removal of one and the next.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, ignoreSignal);
  closeWithGrace({ delay: CLOSE_DELAY_MS, logger, skip: CRASHES }, async ({ signal, err }) => {
    if (err) logger.fatal({ err }, 'stopping after an error that nobody caught');
    else logger.info(`${signal} received, stopping`);
    // npm repeats a signal that the terminal has sent to both: requests in flight are still answered.
    if (signal) {
      const others = process.listeners(signal).filter((listener) => listener !== ignoreSignal);
      for (const listener of others) process.off(signal, listener);
    }
    stopping.abort();
    await (await starting).app.close();
  });
  await starting;
  printStep();
}

try {
  await main();
} catch (error) {
  // An ApiError is thrown if the database becomes unreachable during the start.
  const expected = [SettingsError, DatabaseOpenError, ApiError].some(
    (kind) => error instanceof kind,
  );
  console.error('aios-model-server:', expected ? (error as Error).message : error);
  process.exit(error instanceof UsageError ? 2 : 1);
}
