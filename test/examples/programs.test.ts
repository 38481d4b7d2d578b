import { describe, test } from 'vitest';
import {
  type ExampleProgram,
  expectFailedLogin,
  expectFirstCalls,
  isAtHand,
} from '../support/example-programs.ts';

const python = (file: string): ExampleProgram['command'] => ['python3', `examples/python/${file}`];

const programs: Record<string, ExampleProgram> = {
  curl: {
    command: ['bash', 'examples/curl/first-calls.sh'],
    needs: [
      ['bash', '--version'],
      ['curl', '--fail-with-body', '--version'],
    ],
  },
  'python with the standard library': {
    command: python('first_calls.py'),
    needs: [['python3', '--version']],
  },
  'python with requests': {
    command: python('first_calls_requests.py'),
    needs: [['python3', '-c', 'import requests']],
  },
  typescript: { command: [process.execPath, 'examples/typescript/first-calls.ts'], needs: [] },
};

describe.each(Object.entries(programs))('the example %s', (name, program) => {
  const skipped = !isAtHand(name, program.needs);

  test.skipIf(skipped)('makes its calls', () => expectFirstCalls(program));

  test.skipIf(skipped)('fails where it can’t log in', () => expectFailedLogin(program));
});
