/** What most commands need, in a chunk of its own: the health check, which runs often, starts without it. */
export { default as closeWithGrace } from 'close-with-grace';
export { Metrics } from '../http/metrics.ts';
export { createLogger } from '../log.ts';
export { backup, restore } from './backup.ts';
export { copy, dumpAll, load, openFile } from './copy.ts';
export { demo } from './demo.ts';
export { dump } from './dump.ts';
export { serve } from './serve.ts';
