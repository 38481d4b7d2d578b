// Runs in a worker thread: sends the same request on each of many connections, again after each answer; `{number}` in it
// is another number each time.
import { connect } from 'node:net';
import { workerData } from 'node:worker_threads';

const { url, connections, request, answered } = workerData;
let number = 0;

function open() {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let missing = 0;
  const send = () => socket.write(request.replace('{number}', String(number++)));
  socket
    .on('connect', send)
    .on('close', open)
    .on('error', () => {});
  socket.on('data', (data) => {
    if (missing === 0) {
      const end = data.indexOf('\r\n\r\n') + 4;
      const [, length = 0] = /content-length: (\d+)/i.exec(data.toString('latin1', 0, end)) ?? [];
      missing = Number(length) + end;
    }
    missing -= data.length;
    if (missing > 0) return;
    missing = 0;
    Atomics.add(answered, 0, 1);
    send();
  });
}

for (let i = 0; i < connections; i++) open();
