import { expect, test } from 'vitest';
import { describePostgres, POSTGRES_URL, postgresDatabase } from '../support/postgres.ts';
import { launch, launchServing } from '../support/process.ts';
import { addService, call } from '../support/program-calls.ts';

const PASSWORD = 'a-password-of-the-database';

describePostgres('a command, where AIOS_DATABASE_URL names a PostgreSQL database,', () => {
  const urlOf = (database: string) => {
    const url = new URL(POSTGRES_URL);
    url.password = PASSWORD;
    url.pathname = database;
    return url.href;
  };

  test('ends with a sentence where there is none of the name, which does not show the password', async (context) => {
    const AIOS_DATABASE_URL = urlOf('aios_no_such_database');
    for (const args of [[], ['dump']]) {
      const program = await launch(context, { args, env: { AIOS_DATABASE_URL } });
      expect(await program.ended).toBe(1);
      expect(program.stderr()).toMatch(
        /^aios-model-server: The database [\w.:]+\/aios_no_such_database can't be used: database "aios_no_such_database" does not exist\.\n$/,
      );
      expect(program.stdout() + program.stderr()).not.toContain(PASSWORD);
    }
  });

  test.each(['backup', 'restore'])('such as %s, refers to its own tools', async (command) => {
    const args = [command, 'aios.backup'];
    const env = { AIOS_DATABASE_URL: urlOf('aios') };
    const program = await launch({ onTestFinished: () => {} }, { args, env });
    expect(await program.ended).toBe(1);
    expect(program.stderr()).toMatch(/its own tools back up and restore, such as pg_dump/);
    expect(program.stderr()).not.toContain(PASSWORD);
  });

  test('such as dump, writes what a server on it answers', async (context) => {
    const env = { AIOS_DATABASE_URL: await postgresDatabase(context), AIOS_CONTROL: 'on' };
    const server = await launchServing(context, { env });
    for (const name of ['b', 'a']) await addService(server, name);
    const { body } = await call(server, 'GET', '/_aios/dump');
    expect(body.modelServices).toHaveLength(2);
    const dump = await launch(context, { args: ['dump'], env });
    expect(await dump.ended).toBe(0);
    expect(JSON.parse(dump.stdout())).toEqual(body);
  });
});
