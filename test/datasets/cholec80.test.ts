import { beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openDataset, type Split } from '../../src/datasets/dataset.js';
import { errorOf } from '../fixtures/errors.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

const ELEVEN = [
  'bipolar_forceps',
  'prograsp_forceps',
  'large_needle_driver',
  'monopolar_curved_scissors',
  'ultrasound_probe',
  'suction',
  'clip_applier',
  'stapler',
  'hook',
  'specimen_bag',
  'tissue',
];
const HEADER = ['Frame', 'Grasper', 'Bipolar', 'Hook', 'Scissors', 'Clipper', 'Irrigator', 'SpecimenBag'];

const top = temporaryFolder();
let root = '';

const labelFile = (video: string): string => path.join(root, 'tool_annotations', `${video}-tool.txt`);
const videoFile = (video: string): string => path.join(root, 'videos', `${video}.mp4`);
const open = (classes: readonly string[] = ELEVEN, split?: Split) =>
  openDataset(root, { layout: 'cholec80', classes, ...(split === undefined ? {} : { split }) });
const messageOf = async (split?: Split): Promise<string> =>
  (await errorOf(() => open(ELEVEN, split))).message;

/** Videos are not opened here, so that any file will do. */
function writeVideo(video: string, rows: readonly string[], header: readonly string[] = HEADER): void {
  writeFileSync(videoFile(video), '');
  writeFileSync(labelFile(video), [header.join('\t'), ...rows, ''].join('\n'));
}

beforeEach(() => {
  root = mkdtempSync(path.join(top, 'tree-'));
  for (const folder of ['videos', 'tool_annotations']) mkdirSync(path.join(root, folder));
  writeVideo('video01', ['0\t1\t0\t1\t0\t0\t0\t0', '25\t0\t1\t0\t0\t0\t1\t1']);
});

describe('openDataset of Cholec80', () => {
  it('gives every labelled frame with its place in the video', async () => {
    expect(await open()).toEqual({
      layout: 'cholec80',
      classes: ELEVEN,
      frames: [
        {
          video: 'video01',
          name: '000000',
          videoFrame: { path: videoFile('video01'), index: 0 },
          labels: [0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1],
        },
        {
          video: 'video01',
          name: '000025',
          videoFrame: { path: videoFile('video01'), index: 25 },
          labels: [1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1],
        },
      ],
    });
  });

  it.each([
    ['Grasper', 'prograsp_forceps'],
    ['Bipolar', 'bipolar_forceps'],
    ['Hook', 'hook'],
    ['Scissors', 'monopolar_curved_scissors'],
    ['Clipper', 'clip_applier'],
    ['Irrigator', 'suction'],
    ['SpecimenBag', 'specimen_bag'],
  ])('takes %s for %s', async (tool, name) => {
    writeVideo('video01', [
      `0\t${HEADER.slice(1)
        .map((column) => (column === tool ? 1 : 0))
        .join('\t')}`,
    ]);
    const { frames } = await open();
    expect(ELEVEN.filter((_, i) => frames[0]!.labels![i] === 1)).toEqual([name, 'tissue']);
  });

  it('follows the names of a model that has some of the classes in another order', async () => {
    const { frames } = await open(['tissue', 'stapler', 'suction', 'hook']);
    expect(frames.map(({ labels }) => labels)).toEqual([
      [1, 0, 0, 1],
      [1, 0, 1, 0],
    ]);
  });

  it('names a class that the data set does not know', async () => {
    const { message } = await errorOf(() => open(['hook', 'kidney']));
    expect(message).toContain('"kidney"');
    expect(message).toContain('specimen_bag, tissue');
  });

  it('splits behind video 40', async () => {
    for (const video of ['video80', 'video09', 'video40', 'video41', 'video100'])
      writeVideo(video, ['0\t0\t0\t0\t0\t0\t0\t0']);
    const videos = async (split?: Split) => [
      ...new Set((await open(ELEVEN, split)).frames.map(({ video }) => video)),
    ];
    expect(await videos('train')).toEqual(['video01', 'video09', 'video40']);
    expect(await videos('val')).toEqual(['video41', 'video80', 'video100']);
    expect(await videos()).toHaveLength(6);
  });

  it('reads as many rows as the whole of Cholec80 has', async () => {
    const rows = Array.from(
      { length: 86_000 },
      (_, i) => `${i * 25}\t${i % 2}\t0\t0\t0\t0\t0\t${(i + 1) % 2}`,
    );
    writeVideo('video01', rows);
    const { frames } = await open(['prograsp_forceps', 'specimen_bag']);
    expect(frames).toHaveLength(86_000);
    expect(frames.at(-1)).toEqual({
      video: 'video01',
      name: '2149975',
      videoFrame: { path: videoFile('video01'), index: 2_149_975 },
      labels: [1, 0],
    });
  });

  it('tolerates a byte order mark, CRLF, spaces at the end and blank lines', async () => {
    const before = await open();
    const lines = [HEADER.join('\t'), '0\t1\t0\t1\t0\t0\t0\t0\t', '25\t0\t1\t0\t0\t0\t1\t1  ', '', ' '];
    writeFileSync(labelFile('video01'), `\uFEFF${lines.join('\r\n')}`);
    expect(await open()).toEqual(before);
  });
});

describe('a malformed Cholec80', () => {
  it.each([
    ['a label that is neither 0 nor 1', '25\t0\t1\t0\t0\t0\t7\t1', '3:14', "Irrigator is '7'"],
    ['a label too few', '25\t0\t1\t0\t0\t0\t1', '3:15', 'has 7 columns'],
    ['a label too many', '25\t0\t1\t0\t0\t0\t1\t1\t0', '3:18', 'has 9 columns'],
    ['spaces for tabs', '25 0 1 0 0 0 1 1', '3:17', 'has 1 columns'],
    ['a frame that is no number', '25.5\t0\t1\t0\t0\t0\t1\t1', '3:1', "frame number is '25.5'"],
    ['a frame before the last one', '0\t0\t1\t0\t0\t0\t1\t1', '3:1', 'frame 0 after frame 0'],
  ])('tells the place of %s', async (_, row, place, says) => {
    writeVideo('video01', ['0\t1\t0\t1\t0\t0\t0\t0', row]);
    const error = await errorOf(() => open());
    expect(error.code).toBe('invalid_argument');
    expect(error.message).toContain(`${labelFile('video01')}:${place}: `);
    expect(error.message).toContain(says);
  });

  it.each([
    ['another name', HEADER.with(3, 'Knife'), '1:23', "'Knife'"],
    ['a column less', HEADER.slice(0, -1), '1:', 'ends early'],
    ['a column more', [...HEADER, 'Drain'], '1:67', "'Drain'"],
  ])('tells the place of a header with %s', async (_, header, place, says) => {
    writeVideo('video01', [], header);
    const message = await messageOf();
    expect(message).toContain(`${labelFile('video01')}:${place}`);
    expect(message).toContain(says);
    expect(message).toContain(HEADER.join(' '));
  });

  it('says so of an empty label file', async () => {
    writeFileSync(labelFile('video01'), '');
    expect(await messageOf()).toContain(`${labelFile('video01')}:1:1: `);
  });

  it('says which part of the layout is missing, and shows the layout', async () => {
    rmSync(labelFile('video01'));
    expect(await messageOf()).toContain(`${labelFile('video01')} is missing`);
    expect(await messageOf('val')).toContain('no video of the val split');
    rmSync(path.join(root, 'videos'), { recursive: true });
    const message = await messageOf();
    expect(message).toContain(`${path.join(root, 'videos')} is missing`);
    expect(message).toContain('videos/video<NN>.mp4 and tool_annotations/video<NN>-tool.txt');
  });
});
