import { existsSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { isIPv6 } from 'node:net';
import { type Settings, SettingsError } from '../settings.ts';

/** Timeout of the request, in milliseconds. */
const TIMEOUT_MS = 2500;

/**
 * Asks the server whether it is ready: at the URL that it has written to `AIOS_ADDRESS_FILE`, else where the
 * settings let it listen.
 * @returns a message for the user
 * @throws SettingsError if no server is ready there
 */
export async function health(
  settings: Pick<Settings, 'addressFile' | 'host' | 'port'>,
): Promise<string> {
  const { addressFile, host, port } = settings;
  let url = `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  // The file is missing if the server has not started yet, or could not write it.
  if (existsSync(addressFile)) url = readFileSync(addressFile, 'utf8');
  const status = await new Promise((resolve) => {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const request = get(`${url}/_aios/health`, { signal }, (response) => {
      // Reading to the end lets the process end.
      resolve(response.resume().statusCode);
    });
    request.on('error', ({ message }) => resolve(message));
  });
  if (status !== 200) throw new SettingsError(`${url} is not ready: ${status}.`);
  return `${url} is ready.`;
}
