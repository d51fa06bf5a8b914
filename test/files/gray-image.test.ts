import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { loadGrayImage } from '../../src/files/gray-image.js';
import { encodeGrayPng } from '../../src/files/png.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

const folder = temporaryFolder();

it('gives the values of a label plane as they are', async () => {
  const file = path.join(folder, 'mask.png');
  writeFileSync(file, encodeGrayPng(Uint8Array.of(0, 1, 2, 10, 200, 255), 3, 2));
  const { width, height, values } = await loadGrayImage(file);
  expect([width, height, [...values]]).toEqual([3, 2, [0, 1, 2, 10, 200, 255]]);
});

it('refuses what is no grey picture, by its name', async () => {
  const file = path.join(folder, 'text.png');
  writeFileSync(file, 'no picture');
  await expect(loadGrayImage(file)).rejects.toThrow(/text\.png is no grey 8-bit PNG/);
});
