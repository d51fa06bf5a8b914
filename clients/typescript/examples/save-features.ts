/**
 * Writes the region features of a live feed as the files of Pang et al. 2022, every analysed frame once:
 *
 *   node save-features.js 127.0.0.1:50051 or-1 features [sl-fe|l-fe|ln-fe] [frames]
 *
 * The token, if the service wants one, is taken from SURGICAM_TOKEN; SURGICAM_CA is the PEM file of its authority.
 */
import { connect, SurgicamError, type FeatureVariantName, type Model } from '@surgicam/client';
import { featureFiles } from '@surgicam/client/files';
import { mkdirSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const [
  address = '127.0.0.1:50051',
  feedId = 'or-1',
  folder = 'features',
  variant = 'sl-fe',
  frames = 'Infinity',
] = process.argv.slice(2);
const { SURGICAM_TOKEN: token, SURGICAM_CA: authority } = process.env;

const client = connect(address, {
  ...(token === undefined ? {} : { token }),
  ...(authority === undefined ? {} : { tls: { ca: readFileSync(authority) } }),
});
const subscription = client.subscribe(feedId, {
  delivery: 'every-frame',
  regionFeatures: variant as FeatureVariantName,
});
process.once('SIGINT', () => subscription.close());

try {
  await save();
} catch (error) {
  if (!(error instanceof SurgicamError)) throw error;
  process.stderr.write(`${error.name}: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  client.close();
}

async function save(): Promise<void> {
  mkdirSync(join(folder, feedId), { recursive: true });
  let model: Model | undefined;
  let saved = 0;
  for await (const event of subscription.events()) {
    if (event.type === 'started') model = event.started.model;
    if (event.type === 'gap')
      say(`frames ${event.fromSequence} to ${event.toSequence} are lost: ${event.reason}`);
    if (event.type === 'disconnected') say(`${event.error.message}; trying again`);
    if (event.type !== 'analysis' || model === undefined) continue;
    const { sequence, regionFeatures } = event.analysis;
    const frame = `frame${String(sequence).padStart(6, '0')}`;
    for (const { name, bytes } of featureFiles(frame, regionFeatures, model)) {
      const file = join(folder, feedId, name);
      await writeFile(`${file}.part`, bytes);
      await rename(`${file}.part`, file);
    }
    saved++;
    if (saved >= Number(frames)) break;
  }
  say(`${saved} frames in ${join(folder, feedId)}`);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
