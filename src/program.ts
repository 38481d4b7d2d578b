import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import closeWithGrace, { type Signals } from 'close-with-grace';
import { backup } from './cli/backup.ts';
import { helpText, parseCommandLine } from './cli/command-line.ts';
import { copy } from './cli/copy.ts';
import { dump } from './cli/dump.ts';
import { restore } from './cli/restore.ts';
import { serve } from './cli/serve.ts';
import { ApiError } from './contract/errors.ts';
import { createLogger } from './log.ts';
import { readSettings, SettingsError } from './settings.ts';
import { DatabaseOpenError } from './store/database-open-error.ts';

/** For everything to end once a signal came, in milliseconds. */
const CLOSE_DELAY_MS = 5000;

/** Signals of a crash: a handler that returns from one meets it again, for ever. */
const CRASHES: Signals[] = ['SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGSEGV', 'SIGTRAP'];

// Both from src/ and from dist/, one level up is the package.
const readFile = (path: string) => readFileSync(path, 'utf8');
const packageFile = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
// Put there by the build: a bundle has no packages with files of their own, and a thread is a program of its own.
const DOCS_ASSETS = packageFile('dist/static');
const QUERY_PROGRAM = packageFile('dist/query-thread.js');
const ifBuilt = (path: string) => (existsSync(path) ? path : undefined);
const { version } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8'));

async function main(): Promise<void> {
  const commandLine = parseCommandLine(process.argv.slice(2));
  if (commandLine.help) return void process.stdout.write(helpText());
  if (commandLine.version) return void process.stdout.write(`${version}\n`);

  const { settings, warnings } = readSettings({
    env: process.env,
    flags: commandLine.flags,
    readFile,
  });
  const { command, operands } = commandLine;
  if (command !== 'serve') {
    const migrations = packageFile('migrations');
    const printLine = (line: string) => console.error('aios-model-server:', line);
    for (const warning of warnings) printLine(warning);
    const [file = '', other = ''] = operands;
    if (command === 'backup') return printLine(backup(settings, file, migrations));
    if (command === 'restore') return printLine(await restore(settings, file, migrations));
    if (command === 'copy') {
      const { isTTY, columns = 80 } = process.stderr;
      const write = (text: string) => void process.stderr.write(text);
      const terminal = { isTerminal: isTTY === true, columns, write };
      const options = { migrationsFolder: migrations, terminal, clock: Date.now };
      return printLine(await copy(file, other, options));
    }
    return void process.stdout.write(await dump(settings, migrations));
  }
  const logger = await createLogger(settings, {
    isTerminal: process.stdout.isTTY,
    atExit: (work) => process.on('exit', work),
  });
  for (const warning of warnings) logger.warn(warning);

  const stopping = new AbortController();
  const starting = serve(settings, {
    stopping: stopping.signal,
    logger,
    readFile,
    version,
    migrationsFolder: packageFile('migrations'),
    docsAssets: ifBuilt(DOCS_ASSETS),
    queryProgram: ifBuilt(QUERY_PROGRAM),
    clock: Date.now,
    now: () => performance.now(),
    pause: (milliseconds) => setTimeout(milliseconds),
    newUuid: () => randomUUID().replaceAll('-', ''),
  });
  closeWithGrace({ delay: CLOSE_DELAY_MS, logger, skip: CRASHES }, async ({ signal, err }) => {
    if (err) logger.fatal({ err }, 'stopping after an error that nobody caught');
    else logger.info(`${signal} received, stopping`);
    stopping.abort();
    await (await starting).close();
  });
  await starting;
}

try {
  await main();
} catch (error) {
  // The last is what a database says that goes away while the server starts.
  const expected = [SettingsError, DatabaseOpenError, ApiError].some(
    (kind) => error instanceof kind,
  );
  const problem = expected ? (error as Error).message : error;
  console.error('aios-model-server:', problem);
  process.exit(1);
}
