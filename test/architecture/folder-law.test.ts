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
