import { describe, expect, it } from '@jest/globals';
import { readSourceFiles, type SourceFile } from '../fixtures/source-files.js';

/** Ranks of the folders of `src`, as in ARCHITECTURE.md. A folder imports only folders of a lower rank. */
const RANKS: Readonly<Record<string, number>> = {
  domain: 0,
  config: 1,
  observability: 1,
  video: 2,
  flow: 2,
  localization: 2,
  onnx: 2,
  files: 2,
  datasets: 2,
  evaluation: 2,
  pictures: 3,
  models: 3,
  inference: 4,
  bus: 5,
  feeds: 6,
  rpc: 7,
  cli: 8,
};

const PURE = ['domain', 'localization', 'evaluation'];
const IMPURE_TEXT =
  /\bfrom 'node:(?!util)|\bDate\.now\(|\bnew Date\(|\bMath\.random\(|\bperformance\.now\(|\bprocess\./;

const files = readSourceFiles();
const folderOf = (path: string): string => path.split('/')[1] ?? '';

describe('the folder law', () => {
  it('knows every folder of src', () => {
    const folders = [...new Set(files.map((file) => folderOf(file.path)))];
    expect(folders.filter((folder) => RANKS[folder] === undefined)).toEqual([]);
    expect(files.length).toBeGreaterThan(20);
  });

  it('lets a folder import only folders of a lower rank', () => {
    const breaches = files.flatMap((file) =>
      file.imports
        .filter((target) => folderOf(target) !== folderOf(file.path))
        .filter((target) => !((RANKS[folderOf(target)] ?? 99) < (RANKS[folderOf(file.path)] ?? -1)))
        .map((target) => `${file.path} -> ${target}`),
    );
    expect(breaches).toEqual([]);
  });

  it('resolves every import to a file', () => {
    const known = new Set(files.map((file) => file.path));
    const dangling = files.flatMap((file) =>
      file.imports.filter((target) => !known.has(target)).map((target) => `${file.path} -> ${target}`),
    );
    expect(dangling).toEqual([]);
  });

  it('has no import cycle between files', () => {
    expect(findCycles(files)).toEqual([]);
  });

  it('keeps the pure folders free of I/O, clocks and randomness', () => {
    const impure = files
      .filter((file) => PURE.includes(folderOf(file.path)))
      .filter((file) => IMPURE_TEXT.test(withoutComments(file.text)))
      .map((file) => file.path);
    expect(impure).toEqual([]);
  });

  it('loads onnxruntime-node in one file only: the entry of the inference worker', () => {
    const importers = files.filter((file) => file.packages.includes('onnxruntime-node'));
    expect(importers.map((file) => file.path)).toEqual(['src/inference/worker.ts']);
  });
});

describe('the TypeScript client', () => {
  const client = readSourceFiles('clients/typescript/src');
  /** What of the service is compiled into the package: the contract and pure arithmetic. */
  const SHARED = /^src\/(rpc\/gen|localization|files\/(npy|crc32)\.ts$|domain\/errors\.ts$)/;

  it('takes of the service the contract and arithmetic alone, and lends it nothing', () => {
    const taken = client.flatMap((file) => file.imports.filter((target) => target.startsWith('src/')));
    expect(taken.length).toBeGreaterThan(0);
    expect(taken.filter((target) => !SHARED.test(target))).toEqual([]);
    expect(files.filter((file) => file.imports.some((target) => target.startsWith('clients/')))).toEqual([]);
  });

  it('has no import cycle, and its folders do not reach up', () => {
    expect(findCycles(client)).toEqual([]);
    const up = client
      .filter((file) => /src\/(pixels|calls)\//.test(file.path))
      .flatMap((file) =>
        file.imports.filter((target) => /typescript\/src\/(subscription|client|files)/.test(target)),
      );
    expect(up).toEqual([]);
  });

  it('has a pixels entry that a browser can load: its values need no Node, no package and no contract', () => {
    const all = new Map([...client, ...files].map((file) => [file.path, file]));
    const reached = new Set<string>();
    const reach = (path: string): void => {
      const file = all.get(path);
      if (file === undefined || reached.has(path)) return;
      reached.add(path);
      const values = file.text.replace(/import type [^;]*;/g, '');
      for (const target of file.imports) {
        if (values.includes(`/${target.split('/').at(-1)!.replace(/\.ts$/, '.js')}'`)) reach(target);
      }
      expect([path, file.packages]).toEqual([path, []]);
    };
    reach('clients/typescript/src/pixels/index.ts');
    expect([...reached].filter((path) => !/pixels|localization|errors\.ts/.test(path))).toEqual([]);
    expect(reached.size).toBeGreaterThan(8);
  });
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
}

function findCycles(all: readonly SourceFile[]): string[] {
  const byPath = new Map(all.map((file) => [file.path, file]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const seenAt = trail.indexOf(path);
    if (seenAt >= 0) {
      cycles.push([...trail.slice(seenAt), path].join(' -> '));
      return;
    }
    if (done.has(path)) return;
    for (const target of byPath.get(path)?.imports ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const file of all) visit(file.path, []);
  return cycles;
}
