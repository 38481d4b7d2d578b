// Lints the committed OpenAPI document, with telemetry and the update check switched off.
import { spawnSync } from 'node:child_process';

const { status } = spawnSync(
  'npx',
  ['--no-install', 'redocly', 'lint', 'openapi/openapi.json', '--config', 'openapi/redocly.yaml'],
  {
    stdio: 'inherit',
    env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
  },
);
process.exit(status ?? 1);
