import { describe, expect, it } from '@jest/globals';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Checkpoint } from '../../src/onnx/checkpoint.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import {
  opcodes,
  storedZip,
  writeCheckpoint,
  type FakeTensor,
  type Picklable,
  type ZipEntry,
} from '../fixtures/torch-checkpoint.js';

const folder = temporaryFolder();
let files = 0;

function checkpointFile(root: Picklable, change?: (entries: ZipEntry[]) => void): string {
  const file = path.join(folder, `${files++}.pth.tar`);
  writeCheckpoint(file, root, change);
  return file;
}

function matrix(): FakeTensor {
  return { shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) };
}

async function readAll(file: string, name: string): Promise<number[]> {
  const checkpoint = await Checkpoint.open(file);
  try {
    return Array.from(await checkpoint.read(name));
  } finally {
    checkpoint.close();
  }
}

describe('where the state dict may be', () => {
  const bare = new Map([['fc.weight', matrix()]]);
  const wrapped = new Map([['module.fc.weight', matrix()]]);
  it.each<readonly [string, Picklable]>([
    ['at the top', bare],
    ['at the top, data-parallel', wrapped],
    [
      'under state_dict',
      new Map<string, Picklable>([
        ['epoch', 3],
        ['state_dict', bare],
        ['best', 0.5],
      ]),
    ],
    ['under state_dict, data-parallel', new Map([['state_dict', wrapped]])],
    [
      'under model_state_dict',
      new Map<string, Picklable>([
        ['model_state_dict', wrapped],
        ['note', 'x'],
        ['done', true],
      ]),
    ],
    ['under model', new Map([['model', bare]])],
  ])('%s', async (_name, root) => {
    expect(await readAll(checkpointFile(root), 'fc.weight')).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('keeps names where only some begin with the data-parallel prefix', async () => {
    const file = checkpointFile(
      new Map([
        ['module.a', matrix()],
        ['b', matrix()],
      ]),
    );
    expect(await readAll(file, 'module.a')).toHaveLength(6);
  });

  it('names the keys when there is none', async () => {
    const file = checkpointFile(
      new Map<string, Picklable>([
        ['epoch', 3],
        ['weights', bare],
      ]),
    );
    await expect(Checkpoint.open(file)).rejects.toThrow(
      /its keys are \["epoch","weights"\]; allowed: .*model_state_dict/,
    );
    await expect(Checkpoint.open(checkpointFile(7))).rejects.toThrow('holds no dictionary');
  });
});

describe('reading a tensor', () => {
  it('follows strides and offset', async () => {
    const values = Float32Array.of(9, 1, 4, 2, 5, 3, 6);
    const file = checkpointFile(new Map([['t', { shape: [2, 3], strides: [1, 2], offset: 1, values }]]));
    expect(await readAll(file, 't')).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('reads a part of a larger storage', async () => {
    const file = checkpointFile(
      new Map([['t', { shape: [2], offset: 3, values: Float32Array.of(0, 1, 2, 3, 4, 5) }]]),
    );
    expect(await readAll(file, 't')).toEqual([3, 4]);
  });

  it.each<readonly [string, Picklable, RegExp]>([
    ['an absent one', new Map([['t', matrix()]]), /no entry 'x'/],
    [
      'integers',
      new Map([['x', { shape: [1], values: BigInt64Array.of(1n) }]]),
      /LongStorage; allowed: floating point/,
    ],
    [
      'what is not finite',
      new Map([['x', { shape: [2], values: Float32Array.of(1, NaN) }]]),
      /x\[1\] is "NaN"/,
    ],
  ])('refuses %s', async (_name, root, message) => {
    await expect(readAll(checkpointFile(root), 'x')).rejects.toThrow(message);
  });

  it('refuses a tensor larger than its storage', async () => {
    const values = Float32Array.of(1, 2, 3);
    const beyond = new Map([['t', { shape: [2, 2], values }]]);
    const expanded = new Map([['t', { shape: [1_000_000_000], strides: [0], values }]]);
    await expect(Checkpoint.open(checkpointFile(beyond))).rejects.toThrow('reaches beyond the 3 elements');
    await expect(Checkpoint.open(checkpointFile(expanded))).rejects.toThrow('reaches beyond the 3 elements');
  });
});

describe('damaged files', () => {
  const root = new Map([['t', matrix()]]);
  const storage = (entries: ZipEntry[]): ZipEntry => entries.find(({ name }) => name === 'archive/data/0')!;

  it('says when the file is not there', async () => {
    await expect(Checkpoint.open(path.join(folder, 'none'))).rejects.toMatchObject({ code: 'not_found' });
  });

  it('refuses a file that is cut short, wherever it is cut', async () => {
    const whole = readFileSync(checkpointFile(root)).length;
    for (const length of [0, 10, Math.floor(whole / 2), whole - 1]) {
      const file = checkpointFile(root);
      truncateSync(file, length);
      await expect(Checkpoint.open(file)).rejects.toThrow(/cut short/);
    }
  });

  it('refuses what is no zip file', async () => {
    const file = path.join(folder, 'old.pth');
    writeFileSync(file, opcodes(0x80, 2, 0x8a, 10));
    await expect(Checkpoint.open(file)).rejects.toThrow(/not a PyTorch zip checkpoint.*older than 1\.6/);
  });

  it('refuses a zip file of something else', async () => {
    const file = path.join(folder, 'other.zip');
    writeFileSync(file, storedZip([{ name: 'readme.txt', bytes: Buffer.from('hello') }]));
    await expect(Checkpoint.open(file)).rejects.toThrow(/zip file but not a PyTorch checkpoint/);
  });

  it('refuses a TorchScript program', async () => {
    const file = checkpointFile(root, (entries) =>
      entries.push({ name: 'archive/constants.pkl', bytes: opcodes() }),
    );
    await expect(Checkpoint.open(file)).rejects.toThrow('TorchScript program');
  });

  it('refuses big-endian numbers', async () => {
    const file = checkpointFile(root, (entries) =>
      entries.push({ name: 'archive/byteorder', bytes: Buffer.from('big') }),
    );
    await expect(Checkpoint.open(file)).rejects.toThrow("byte order is 'big'; allowed: little");
  });

  it('notices a changed byte by the archive checksum', async () => {
    const file = checkpointFile(root);
    const bytes = readFileSync(file);
    const values = Buffer.from(matrix().values.buffer);
    bytes[bytes.indexOf(values)]! ^= 1;
    writeFileSync(file, bytes);
    await expect(readAll(file, 't')).rejects.toThrow("the checksum of entry 'data/0' does not match");
  });

  it('refuses a storage that is missing, too long or too short', async () => {
    const missing = checkpointFile(root, (entries) => entries.splice(entries.indexOf(storage(entries)), 1));
    await expect(readAll(missing, 't')).rejects.toThrow("no entry 'data/0'");
    for (const [length, message] of [
      [28, 'allowed: at most 24'],
      [20, 'need 24'],
    ] as const) {
      const file = checkpointFile(root, (entries) => {
        entries[entries.indexOf(storage(entries))] = {
          name: 'archive/data/0',
          bytes: new Uint8Array(length),
        };
      });
      await expect(readAll(file, 't')).rejects.toThrow(message);
    }
  });

  it('refuses a pickle that is code', async () => {
    const attack = Buffer.concat([
      Buffer.from('cos\nsystem\n('),
      opcodes(0x58, 2, 0, 0, 0),
      Buffer.from('lstR'),
    ]);
    const file = checkpointFile(
      new Map<string, Picklable>([
        ['t', matrix()],
        ['extra', attack],
      ]),
    );
    await expect(Checkpoint.open(file)).rejects.toThrow(/asks for 'os\.system': refused\. A pickle is code/);
  });
});
