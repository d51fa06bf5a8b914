import { beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openDataset, type Split } from '../../src/datasets/dataset.js';
import { errorOf } from '../fixtures/errors.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

const CLASSES = ['hook', 'tissue'];
const top = temporaryFolder();
let root = '';

const inRoot = (...parts: string[]): string => path.join(root, ...parts);
const open = (classes: readonly string[] = CLASSES, split?: Split) =>
  openDataset(root, { layout: 'folder', classes, ...(split === undefined ? {} : { split }) });
const messageOf = async (classes: readonly string[] = CLASSES): Promise<string> =>
  (await errorOf(() => open(classes))).message;
const write = (name: string, ...lines: string[]): void => writeFileSync(inRoot(name), lines.join('\n'));

/** Pictures are not opened here, so that any file will do. */
function writePictures(...names: string[]): void {
  for (const name of names) {
    mkdirSync(path.dirname(inRoot(name)), { recursive: true });
    writeFileSync(inRoot(name), '');
  }
}

beforeEach(() => {
  root = path.join(mkdtempSync(path.join(top, 'tree-')), 'frames');
  writePictures('b/2.png', 'b/10.jpg', 'a/1.JPEG');
});

describe('openDataset of a folder', () => {
  it('lists pictures in natural order, those directly in it first, under its own name', async () => {
    writePictures('z.png', 'notes.txt', 'a/._1.png', '.hidden/1.png', 'c/readme.md');
    expect(await open()).toEqual({
      layout: 'folder',
      classes: CLASSES,
      frames: [
        { video: 'frames', name: 'z', imagePath: inRoot('z.png') },
        { video: 'a', name: '1', imagePath: inRoot('a/1.JPEG') },
        { video: 'b', name: '2', imagePath: inRoot('b/2.png') },
        { video: 'b', name: '10', imagePath: inRoot('b/10.jpg') },
      ],
    });
  });

  it('follows links to pictures and folders', async () => {
    symlinkSync(inRoot('b'), inRoot('linked'));
    symlinkSync(inRoot('b/2.png'), inRoot('one.png'));
    symlinkSync(inRoot('nowhere'), inRoot('dangling'));
    const { frames } = await open();
    expect(frames.map(({ video, name }) => `${video}/${name}`)).toEqual([
      'frames/one',
      'a/1',
      'b/2',
      'b/10',
      'linked/2',
      'linked/10',
    ]);
  });

  it('reads labels and boxes by the names of the classes', async () => {
    write(
      'labels.csv',
      'frame,grasper,tissue,hook',
      'b/10.jpg,1,0,1',
      './a/1.JPEG,1,1,0',
      'b\\2.png,0,0,0',
      '',
    );
    write(
      'boxes.csv',
      'size,640,480',
      'frame,class,x1,y1,x2,y2',
      'b/10.jpg,hook,1,2,3,4',
      'b/10.jpg,grasper,5,6,7,8',
      'a/1.JPEG,tissue,0,0,640,480',
    );
    const { boxFrame, frames } = await open();
    expect(boxFrame).toEqual({ width: 640, height: 480 });
    expect(frames.map(({ labels }) => labels)).toEqual([
      [0, 1],
      [0, 0],
      [1, 0],
    ]);
    expect(frames.map(({ boxes }) => boxes)).toEqual([
      [undefined, { x1: 0, y1: 0, x2: 640, y2: 480 }],
      [undefined, undefined],
      [{ x1: 1, y1: 2, x2: 3, y2: 4 }, undefined],
    ]);
  });

  it('tolerates a byte order mark, CRLF, spaces and blank lines', async () => {
    write(
      'labels.csv',
      '\uFEFFframe, hook ,tissue\r',
      'a/1.JPEG, 1 ,0 \r',
      '\r',
      'b/2.png,0,1',
      'b/10.jpg,1,1',
      ' ',
      '',
    );
    expect((await open()).frames.map(({ labels }) => labels)).toEqual([
      [1, 0],
      [0, 1],
      [1, 1],
    ]);
  });

  it('has no split', async () => {
    const { message } = await errorOf(() => open(CLASSES, 'val'));
    expect(message).toContain('split is "val"');
    expect(message).toContain('name a folder instead');
  });

  it('refuses two pictures of one name in one folder', async () => {
    writePictures('b/2.jpg');
    const message = await messageOf();
    expect(message).toContain(inRoot('b/2.png').replace('.png', '.jpg'));
    expect(message).toContain('is b/2, too');
  });

  it('says what is missing, and shows the layout', async () => {
    rmSync(inRoot('a'), { recursive: true });
    rmSync(inRoot('b'), { recursive: true });
    expect(await messageOf()).toContain(`${root} holds no picture; expected pictures (.png, .jpg)`);
    rmSync(root, { recursive: true });
    expect(await messageOf()).toContain(`${root} is missing`);
  });
});

describe('malformed tables of a folder', () => {
  it.each([
    ['a label that is neither 0 nor 1', ['b/2.png,0,yes'], '4:11', "tissue is 'yes'"],
    ['a label too few', ['b/2.png,0'], '4:10', 'has 2 columns'],
    ['a picture that is not there', [' b/3.png,0,1'], '4:2', "'b/3.png'"],
    ['a picture twice', ['a/1.JPEG,0,1'], '4:1', 'a/1.JPEG again, after line 2'],
  ])('tells the place of %s in labels.csv', async (_, rows, place, says) => {
    write('labels.csv', 'frame,hook,tissue', 'a/1.JPEG,1,1', 'b/10.jpg,1,1', ...rows);
    const message = await messageOf();
    expect(message).toContain(`${inRoot('labels.csv')}:${place}: `);
    expect(message).toContain(says);
  });

  it('names a picture that has no row', async () => {
    write('labels.csv', 'frame,hook,tissue', 'a/1.JPEG,1,1', 'b/10.jpg,1,1');
    expect(await messageOf()).toContain(`${inRoot('labels.csv')} has no row for b/2.png`);
  });

  it.each([
    ['a class that it lacks', 'frame,hook', '1:1', "no 'tissue'"],
    ['a class twice', 'frame,hook,tissue,hook', '1:19', "'hook' again"],
    ['another first column', 'file,hook,tissue', '1:1', "begins 'file'"],
    ['nothing', '', '1:1', 'frame,hook,tissue'],
  ])('tells the place of %s in the header', async (_, header, place, says) => {
    write('labels.csv', header);
    const message = await messageOf();
    expect(message).toContain(`${inRoot('labels.csv')}:${place}: `);
    expect(message).toContain(says);
  });

  it.each([
    ['a class that nobody knows', 'b/2.png,hok,1,2,3,4', '3:9', "class 'hok'; allowed: hook, tissue"],
    ['a coordinate beyond the frame', 'b/2.png,hook,1,2,641,4', '3:18', 'from 0 to 640'],
    ['a box inside out', 'b/2.png,hook,9,2,3,4', '3:14', 'box 9, 2, 3, 4'],
    ['a coordinate too few', 'b/2.png,hook,1,2,3', '3:19', 'has 5 columns'],
    ['a picture that is not there', 'c/2.png,hook,1,2,3,4', '3:1', "'c/2.png'"],
  ])('tells the place of %s in boxes.csv', async (_, row, place, says) => {
    write('boxes.csv', 'size,640,480', 'frame,class,x1,y1,x2,y2', row);
    const message = await messageOf();
    expect(message).toContain(`${inRoot('boxes.csv')}:${place}: `);
    expect(message).toContain(says);
  });

  it('wants one box a class and picture, a size and a header', async () => {
    const header = 'frame,class,x1,y1,x2,y2';
    write('boxes.csv', 'size,640,480', header, 'b/2.png,hook,1,2,3,4', 'b/2.png,hook,1,2,3,5');
    expect(await messageOf()).toContain(`${inRoot('boxes.csv')}:4:9: b/2.png, hook again, after line 3`);
    write('boxes.csv', header);
    expect(await messageOf()).toContain(
      `${inRoot('boxes.csv')}:1:1: 'frame'; allowed: size,<width>,<height>`,
    );
    write('boxes.csv', 'size,640,0', header);
    expect(await messageOf()).toContain(`${inRoot('boxes.csv')}:1:10: the height is '0'`);
    write('boxes.csv', 'size,640,480', 'frame,x1');
    expect(await messageOf()).toContain(`${inRoot('boxes.csv')}:2:1: `);
  });
});
