import { writeFileSync } from 'node:fs';
import type { Signals } from 'close-with-grace';
import { helpText, parseCommandLine } from './cli/command-line.ts';
import { health } from './cli/health.ts';
import { ApiError } from './contract/errors.ts';
import { environment } from './environment.ts';
import { readSettings, SettingsError, UsageError } from './settings.ts';
import { DatabaseOpenError } from './store/errors.ts';

/** Longest shutdown after a signal, in milliseconds. */
const CLOSE_DELAY_MS = 5000;

/** Signals of a crash are not handled: after the handler the crash would repeat endlessly. */
const CRASHES: Signals[] = ['SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGSEGV', 'SIGTRAP'];

const { version } = environment;

async function main(): Promise<void> {
  const commandLine = parseCommandLine(process.argv.slice(2));
  if (commandLine.help) return void process.stdout.write(helpText(commandLine.command));
  if (commandLine.version) return void process.stdout.write(`${version}\n`);

  const { settings, warnings } = readSettings({
    env: process.env,
    flags: commandLine.flags,
    readFile: environment.readFile,
  });
  const { command, operands } = commandLine;
  const printLine = (line: string) => console.error('aios-model-server:', line);
  if (command === 'health') return printLine(await health(settings));

  const { backup, closeWithGrace, copy, createLogger, dump, Metrics, restore, serve } =
    await import('./cli/commands.ts');
  if (command !== 'serve') {
    const migrations = environment.migrationsFolder;
    for (const warning of warnings) printLine(warning);
    const [file = '', other = ''] = operands;
    if (command === 'backup') return printLine(backup(settings, file, migrations, printLine));
    if (command === 'restore')
      return printLine(await restore(settings, file, migrations, printLine));
    if (command === 'copy') {
      const print = (line: string) => console.error(line);
      const options = { migrationsFolder: migrations, print, clock: environment.clock };
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
    ...environment,
    stopping: stopping.signal,
    onStep: printLine,
    logger,
    hasReader: isPretty,
    metrics,
    publishAddress: (url) => {
      try {
        if (settings.addressFile !== '') writeFileSync(settings.addressFile, url);
      } catch (err) {
        logger.warn({ err }, 'AIOS_ADDRESS_FILE could not be written');
      }
    },
  });
  closeWithGrace({ delay: CLOSE_DELAY_MS, logger, skip: CRASHES }, async ({ signal, err }) => {
    if (err) logger.fatal({ err }, 'stopping after an error that nobody caught');
    else logger.info(`${signal} received, stopping`);
    stopping.abort();
    await (await starting).app.close();
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
