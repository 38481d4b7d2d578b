import { openSync, writeSync } from 'node:fs';

const message = { httpVersion: 'HTTP/1.1', cookies: [], headersSize: -1, bodySize: -1 };
const END = '\n]}}\n';

/**
 * Makes an entry of a HAR 1.2 file.
 * @param time milliseconds since the epoch, and until the answer
 * @param body empty without one
 * @param status 0 without an answer
 */
export function harEntry(
  time: { startedAt: number; ms: number },
  sent: { method: string; url: string; headers: Record<string, string>; body: string },
  answered: { status: number; mimeType: string; text: string },
) {
  const { method, url, body } = sent;
  const headers = Object.entries(sent.headers).map(([name, value]) => ({ name, value }));
  const { status, ...content } = answered;
  return {
    startedDateTime: new Date(time.startedAt).toISOString(),
    time: time.ms,
    request: {
      ...{ ...message, method, url, headers, queryString: [] },
      postData: body === '' ? undefined : { mimeType: 'application/json', text: body },
    },
    response: { ...message, status, statusText: '', headers: [], content, redirectURL: '' },
    cache: {},
    timings: { send: 0, wait: time.ms, receive: 0 },
  };
}
export type HarEntry = ReturnType<typeof harEntry>;

/**
 * Creates a HAR file. Each entry is written over the file's end, and the end again: it can be read at any time, also
 * after the program was killed.
 * @returns a function that adds an entry; both throw the errors of the file
 */
export function createHar(file: string, version: string): (entry: HarEntry) => void {
  const descriptor = openSync(file, 'w', 0o600);
  const creator = JSON.stringify({ name: 'aios-model-server', version });
  const start = `{"log":{"version":"1.2","creator":${creator},"entries":[\n`;
  let position = writeSync(descriptor, start + END) - END.length;
  let separator = '';
  return (entry) => {
    const text = separator + JSON.stringify(entry) + END;
    position += writeSync(descriptor, text, position) - END.length;
    separator = ',\n';
  };
}
