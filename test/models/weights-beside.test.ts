import { expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { weightsBeside } from '../../src/models/weights-beside.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

const folder = temporaryFolder();
const read = weightsBeside(path.join(folder, 'network.onnx'));

it('reads a file of the same folder', async () => {
  writeFileSync(path.join(folder, 'network.onnx.data'), 'weights');
  expect(Buffer.from(await read('network.onnx.data')).toString()).toBe('weights');
});

it('says what is missing', async () => {
  await expect(read('other.data')).rejects.toThrow("there is no file of weights named 'other.data'");
});

it.each(['../secret', '/etc/passwd', 'folder/weights', '..', '', 'a\\b'])(
  'does not follow %j',
  async (name) => {
    await expect(read(name)).rejects.toThrow("allowed: a file in the ONNX file's own folder");
  },
);
