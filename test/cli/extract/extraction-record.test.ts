import { beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { prepareOutput } from '../../../src/cli/extract/extraction-record.js';
import { writeNpy } from '../../../src/files/npy.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';

const folder = temporaryFolder();
let made = 0;
let out: string;
let video: string;

const stack = (rows: number) => writeNpy(new Float32Array(rows * 512), [rows, 512]);

/** One frame of two regions, one without any. */
beforeEach(async () => {
  out = path.join(folder, `out-${made++}`);
  video = path.join(out, 'seq_1');
  await prepareOutput(out, { pool: 1 }, false);
  mkdirSync(video);
  for (const stem of ['frame000_3_0_1,2,30,40', 'frame000_10_0_0,0,9,9']) {
    writeFileSync(path.join(video, `${stem}.npz`), '');
    writeFileSync(path.join(video, `${stem}.png`), '');
  }
  writeFileSync(path.join(video, 'frame000.npy'), stack(2));
  writeFileSync(path.join(video, 'frame001.npy'), stack(0));
});

describe('prepareOutput', () => {
  it('begins anew without what extraction wrote, and leaves everything else', async () => {
    writeFileSync(path.join(video, 'notes.txt'), 'mine');
    writeFileSync(path.join(video, 'figure.png'), 'mine');
    writeFileSync(path.join(video, 'archive.part'), 'mine');
    await prepareOutput(out, { pool: 2 }, true);
    expect(readdirSync(video).sort()).toEqual(['archive.part', 'figure.png', 'notes.txt']);
    expect(JSON.parse(readFileSync(path.join(out, 'extract.json'), 'utf8'))).toEqual({ pool: 2 });
  });

  it.each([
    ['no array', () => Buffer.from('mine')],
    ['features of more regions than lie beside it', () => stack(7)],
    ['an array of another shape', () => writeNpy(new Float32Array(4), [4])],
  ])('removes nothing where an .npy file is somebody else’s: %s', async (_, bytes) => {
    writeFileSync(path.join(video, 'all.npy'), bytes());
    const before = readdirSync(video);
    await expect(prepareOutput(out, { pool: 2 }, true)).rejects.toMatchObject({
      code: 'already_exists',
      message: expect.stringContaining('all.npy'),
    });
    expect(readdirSync(video)).toEqual(before);
    expect(JSON.parse(readFileSync(path.join(out, 'extract.json'), 'utf8'))).toEqual({ pool: 1 });
  });

  it.each(['{', 'null', '7'])('says how to go on from a broken record: %s', async (text) => {
    writeFileSync(path.join(out, 'extract.json'), text);
    await expect(prepareOutput(out, { pool: 1 }, false)).rejects.toMatchObject({
      code: 'failed_precondition',
      message: expect.stringContaining('--force begins anew'),
    });
    await prepareOutput(out, { pool: 1 }, true);
    expect(readdirSync(video)).toEqual([]);
    await prepareOutput(out, { pool: 1 }, false);
  });

  it('takes a folder where a run was killed at its very beginning', async () => {
    const fresh = path.join(folder, 'killed');
    mkdirSync(fresh);
    writeFileSync(path.join(fresh, 'extract.json.part'), '{');
    await prepareOutput(fresh, { pool: 1 }, false);
    expect(existsSync(path.join(fresh, 'extract.json.part'))).toBe(false);
  });
});
