import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';
import { openCholec80 } from '../../src/datasets/cholec80.js';
import { openEndoVis18 } from '../../src/datasets/endovis18.js';
import { writeCholec80Tree, writeEndoVis18Tree } from '../fixtures/dataset-trees.js';
import { encodeClip } from '../fixtures/encode-clip.js';
import { describeWith, PROJECT_ROOT, PYTHON } from '../fixtures/requirements.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

/** Of a data set as `models/training` reads it: labels of the frames, and the mean of each one's pixels. */
interface ReadParts {
  readonly training: Part;
  readonly validation: Part;
}
interface Part {
  readonly labels: number[][];
  readonly means: number[];
}

const READ = `
import json, sys
from cholec80 import read_cholec80
from classes import CLASSES
from endovis18 import read_endovis18
layout, root, count, cache = sys.argv[1:5]
read = {"endovis18": read_endovis18, "cholec80": read_cholec80}[layout]
told = {}
for name, samples in zip(("training", "validation"), read(root, CLASSES[int(count)])):
    means = []
    if cache != "labels only":
        from frames import Frames
        frames = Frames(samples, 64, 80, cache, root + "/cache")
        means = [frames[i][0].float().mean().item() for i in range(len(frames))]
    told[name] = {"labels": [sample.labels for sample in samples], "means": means}
print(json.dumps(told))
`;

describeWith(['python-torch', 'system-ffmpeg'], 'models/training reads', () => {
  const folder = temporaryFolder();
  const endovis18 = path.join(folder, 'endovis18');
  const cholec80 = path.join(folder, 'cholec80');
  const labelsFile = path.join('annotation_tool', 'train_dataset', 'seq_2.txt');
  const toolsFile = path.join('tool_annotations', 'video01-tool.txt');

  beforeAll(async () => {
    const size = { width: 80, height: 64 };
    await writeEndoVis18Tree(endovis18, { sequences: [1, 2], framesPerSequence: 3, ...size });
    await writeCholec80Tree(cholec80, { sequences: [1, 41], framesPerSequence: 3, ...size }, encodeClip);
  });

  function python(...args: readonly string[]): { stdout: string; stderr: string } {
    const cwd = path.join(PROJECT_ROOT, 'models', 'training');
    return spawnSync(PYTHON, ['-c', READ, ...args], { cwd, encoding: 'utf8' });
  }

  function read(layout: string, root: string, classes: number, cache = 'labels only'): ReadParts {
    const { stdout, stderr } = python(layout, root, String(classes), cache);
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as ReadParts;
  }

  /** A copy of a tree whose file has other text. */
  function changed(tree: string, file: string, change: (text: string) => string): string {
    const copy = path.join(folder, 'changed');
    rmSync(copy, { recursive: true, force: true });
    cpSync(tree, copy, { recursive: true });
    writeFileSync(path.join(copy, file), change(readFileSync(path.join(tree, file), 'utf8')));
    return copy;
  }

  const TEN =
    'bipolar_forceps prograsp_forceps large_needle_driver monopolar_curved_scissors ultrasound_probe suction clip_applier stapler hook specimen_bag';
  const ELEVEN = [...TEN.split(' '), 'tissue'];

  it('the labels that the service reads, of either layout', async () => {
    const ours = { training: 'train', validation: 'val' } as const;
    const [e, c] = [read('endovis18', endovis18, 11), read('cholec80', cholec80, 11)];
    for (const part of ['training', 'validation'] as const) {
      const options = { classes: ELEVEN, split: ours[part] };
      expect(e[part].labels).toEqual((await openEndoVis18(endovis18, options)).frames.map((f) => f.labels));
      expect(c[part].labels).toEqual((await openCholec80(cholec80, options)).frames.map((f) => f.labels));
    }
    const nine = read('endovis18', endovis18, 9).training.labels;
    expect(nine).toEqual(e.training.labels.map((row) => [...row.slice(0, 8), 1]));
  });

  it('the same pixels from every cache, and the frames that the rows of a video name', () => {
    for (const [layout, root] of [
      ['endovis18', endovis18],
      ['cholec80', cholec80],
    ] as const) {
      const direct = read(layout, root, 11, 'none').training.means;
      expect(new Set(direct).size).toBe(3);
      expect(read(layout, root, 11, 'memory').training.means).toEqual(direct);
      expect(read(layout, root, 11, 'disk').training.means).toEqual(direct);
      expect(read(layout, root, 11, 'disk').training.means).toEqual(direct);
    }
  });

  it('ten tools where the header names them', () => {
    const root = changed(endovis18, labelsFile, () =>
      [`frame ${TEN}`, '000 1 0 0 0 0 0 0 0 1 0', '001 0 0 0 0 0 0 0 0 0 1', '002 0 1 0 0 0 0 0 0 0 0'].join(
        '\n',
      ),
    );
    const { labels } = read('endovis18', root, 11).training;
    expect(labels.map((row) => row.flatMap((flag, k) => (flag === 1 ? [ELEVEN[k]] : [])))).toEqual([
      ['bipolar_forceps', 'hook', 'tissue'],
      ['specimen_bag', 'tissue'],
      ['prograsp_forceps', 'tissue'],
    ]);
  });

  const row = (place: number, text: string) => (file: string) =>
    file
      .split('\n')
      .map((line, i) => (i === place ? text : line))
      .join('\n');
  it.each([
    ['endovis18', labelsFile, row(2, '001 0 2 0 0 0 0 0 0'), ":3:7: the label of prograsp_forceps is '2'"],
    ['endovis18', labelsFile, row(2, '001 0 0 0 0 0 0 0'), ':3:18: the row has 8 columns; allowed: 9'],
    ['endovis18', labelsFile, row(2, '000 0 0 0 0 0 0 0 0'), ':3:1: frame 0 again, after line 2'],
    ['endovis18', labelsFile, row(3, '7 0 0 0 0 0 0 0 0'), 'frame002.png'],
    ['endovis18', labelsFile, row(4, '007 0 0 0 0 0 0 0 0'), ':5:1: frame 7 has a row and no picture'],
    [
      'endovis18',
      labelsFile,
      row(0, 'frame suction suction'),
      ":1:7: the column 'suction' occurs more than once",
    ],
    ['cholec80', toolsFile, row(1, '0\t0\t0\tx\t0\t0\t0\t0'), ":2:7: the label of Hook is 'x'"],
    ['cholec80', toolsFile, row(2, '0\t0\t0\t0\t0\t0\t0\t0'), ':3:1: frame 0 after frame 0'],
    ['cholec80', toolsFile, row(0, 'Frame\tGrasper'), ':1:14: the row has 2 columns'],
    ['cholec80', toolsFile, row(3, '9000\t0\t0\t0\t0\t0\t0\t0'), 'ends before frame 9000'],
  ] as const)('%s: names the place of a mistake in %s', (layout, file, change, message) => {
    const root = changed(layout === 'endovis18' ? endovis18 : cholec80, file, change);
    const cache = message.includes('ends before') ? 'memory' : 'labels only';
    expect(python(layout, root, '11', cache).stderr).toContain(message);
  });

  it('says what a folder should hold that holds nothing of it', () => {
    expect(python('endovis18', cholec80, '9', 'labels only').stderr).toContain(
      'expected seq_<n>/left_frames',
    );
    expect(python('cholec80', endovis18, '11', 'labels only').stderr).toContain(
      'expected videos/video<NN>.mp4',
    );
  });
});
