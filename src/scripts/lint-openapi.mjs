// Lints the committed OpenAPI documents, with telemetry and the update check switched off.
import { spawnSync } from 'node:child_process';

const files = ['openapi/openapi.json', 'openapi/openapi-3.0.json', 'openapi/control.json'];
const options = '--extends recommended-strict --max-problems 20'.split(' ');
const { status } = spawnSync('npx', ['--no-install', 'redocly', 'lint', ...files, ...options], {
  stdio: 'inherit',
  env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
});
process.exit(status ?? 1);
