import { writeFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { encodeGrayPng } from '../../files/png.js';
import { PhantomRenderer } from '../../video/phantom/renderer.js';
import { classMask, frameTruth } from './frame-truth.js';
import type { RenderReply, RenderRequest, RenderWorkerData } from './render-messages.js';

// Entry of a drawing thread of `surgicam phantom render`: draws, encodes and writes one frame after the other.
if (parentPort === null) throw new Error('this file is the entry of a worker thread');
const port = parentPort;
const { width, height } = workerData as RenderWorkerData;
sharp.concurrency(1);
sharp.cache(false);

/** Textures take as long as twenty frames, so a scene's renderer is kept until the next scene. */
let renderer: PhantomRenderer | undefined;
let last = Promise.resolve();

port.on('message', (request: RenderRequest) => {
  last = last.then(() => answer(request));
});

async function answer(request: RenderRequest): Promise<void> {
  const { id } = request;
  const reply = await draw(request).catch((error: unknown): RenderReply => {
    return { id, kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  });
  const pixels = reply.kind === 'rendered' ? reply.pixels : undefined;
  port.postMessage(reply, pixels === undefined ? [] : [pixels.buffer]);
}

async function draw(request: RenderRequest): Promise<RenderReply> {
  const { id, seed, time, pictureFile, maskFile, wantsPixels = false } = request;
  if (renderer?.seed !== seed) renderer = new PhantomRenderer(seed, width, height);
  const { pixels, truth } = renderer.render(time);
  if (pictureFile !== undefined) await writeFile(pictureFile, await encodePng(pixels));
  if (maskFile !== undefined) await writeFile(maskFile, encodeGrayPng(classMask(truth), width, height));
  return { id, kind: 'rendered', truth: frameTruth(truth), ...(wantsPixels ? { pixels } : {}) };
}

/** The least compression: the scene's sensor noise leaves little to gain from more. */
function encodePng(pixels: Uint8Array): Promise<Buffer> {
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 1, adaptiveFiltering: false })
    .toBuffer();
}
