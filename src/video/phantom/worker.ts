import { parentPort, workerData } from 'node:worker_threads';
import { PhantomRenderer } from './renderer.js';
import type { PhantomEnd, PhantomReply, PhantomRequest, PhantomWorkerData } from './worker-messages.js';

// Entry of the drawing thread: drawing a frame takes milliseconds, which the main loop has not got.
if (parentPort === null) throw new Error('this file is the entry of a worker thread');
const port = parentPort;
const { seed, width, height, aspect } = workerData as PhantomWorkerData;
const renderer = new PhantomRenderer(seed, width, height, aspect);

port.on('message', (request: PhantomRequest | PhantomEnd) => {
  if (request === 'end') process.exit(); // of this thread alone
  const { time } = request;
  const started = performance.now();
  const { pixels } = renderer.render(time);
  const reply: PhantomReply = { pixels, renderUs: Math.round((performance.now() - started) * 1000) };
  port.postMessage(reply, [pixels.buffer]);
});
