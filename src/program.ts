import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Signals } from 'close-with-grace';
import { helpText, parseCommandLine } from './cli/command-line.ts';
import { health } from './cli/health.ts';
import { ApiError } from './contract/errors.ts';
import { readSettings, SettingsError, UsageError } from './settings.ts';
import { DatabaseOpenError } from './store/errors.ts';

/** Longest shutdown after a signal, in milliseconds. */
const CLOSE_DELAY_MS = 5000;

/** Signals of a crash are not handled: after the handler the crash would repeat endlessly. */
const CRASHES: Signals[] = ['SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGSEGV', 'SIGTRAP'];

// The package's folder is the parent of both src/ and dist/.
const readFile = (path: string) => readFileSync(path, 'utf8');
const packageFile = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
// The build writes these to the bundle's folder, since the bundle has neither assets nor the worker's program.
const ifBuilt = (name: string) => [packageFile(`dist/${name}`)].find((path) => existsSync(path));
const { version } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8'));

async function main(): Promise<void> {
  const commandLine = parseCommandLine(process.argv.slice(2));
  if (commandLine.help) return void process.stdout.write(helpText(commandLine.command));
  if (commandLine.version) return void process.stdout.write(`${version}\n`);

  const { settings, warnings } = readSettings({
    env: process.env,
    flags: commandLine.flags,
    readFile,
  });
  const { command, operands } = commandLine;
  const printLine = (line: string) => console.error('aios-model-server:', line);
  if (command === 'health') return printLine(await health(settings));

  const { backup, closeWithGrace, copy, createLogger, dump, Metrics, restore, serve } =
    await import('./cli/commands.ts');
  if (command !== 'serve') {
    const migrations = packageFile('migrations');
    for (const warning of warnings) printLine(warning);
    const [file = '', other = ''] = operands;
    if (command === 'backup') return printLine(backup(settings, file, migrations, printLine));
    if (command === 'restore')
      return printLine(await restore(settings, file, migrations, printLine));
    if (command === 'copy') {
      const print = (line: string) => console.error(line);
      const options = { migrationsFolder: migrations, print, clock: Date.now };
      return printLine(await copy(file, other, options));
    }
    return void process.stdout.write(await dump(settings, migrations));
  }
  const { logFormat } = settings;
  const isPretty = logFormat === 'auto' ? process.stdout.isTTY : logFormat === 'pretty';
  const metrics = new Metrics();
  const database = settings.databaseUrl.kind;
  metrics.describe({ version, node_version: process.versions.node, database });
  const logger = await createLogger(settings, {
    isPretty,
    atExit: (work) => process.on('exit', work),
    onDrop: metrics.logLineDropped,
  });
  for (const warning of warnings) logger.warn(warning);

  const stopping = new AbortController();
  const starting = serve(settings, {
    stopping: stopping.signal,
    onStep: printLine,
    logger,
    hasReader: isPretty,
    metrics,
    processLimits: existsSync('/proc/self/limits') ? readFile('/proc/self/limits') : '',
    readFile,
    publishAddress: (url) => {
      try {
        if (settings.addressFile !== '') writeFileSync(settings.addressFile, url);
      } catch (err) {
        logger.warn({ err }, 'AIOS_ADDRESS_FILE could not be written');
      }
    },
    version,
    migrationsFolder: packageFile('migrations'),
    docsAssets: packageFile('dist/static'),
    queryProgram: ifBuilt('query-process.js'),
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
  // An ApiError is thrown if the database becomes unreachable during the start.
  const expected = [SettingsError, DatabaseOpenError, ApiError].some(
    (kind) => error instanceof kind,
  );
  const problem = expected ? (error as Error).message : error;
  console.error('aios-model-server:', problem);
  process.exit(error instanceof UsageError ? 2 : 1);
}
