import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FeatureVariant, type RegionFeature } from '../../../clients/typescript/src/index.js';
import { featureFiles, npzFile } from '../../../clients/typescript/src/files/index.js';
import { regionNames } from '../../../src/cli/extract/region-files.js';
import { readNpy } from '../../../src/files/npy.js';
import { writeNpz } from '../../../src/files/npz.js';
import { describeWith, PYTHON } from '../../fixtures/requirements.js';
import { SAMPLE_MODEL } from '../../fixtures/sample-model.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';

const model = { tissueClassId: 2, inputWidth: 320, inputHeight: 256 };

const feature = (classId: number, inputBox?: RegionFeature['inputBox']): RegionFeature => ({
  classId,
  className: `class ${classId}`,
  variant: FeatureVariant.L_FE,
  inputBox,
  values: Array.from({ length: 512 }, (_, i) => classId + i / 8),
  valuesF16: Buffer.alloc(0),
});

const features = [
  feature(0, { x1: 1, y1: 2, x2: 30, y2: 40 }),
  feature(0, { x1: 5, y1: 6, x2: 7, y2: 8 }),
  feature(2),
];

describe('feature files', () => {
  it('have the names that extraction gives them, and the stack comes last', () => {
    const names = featureFiles('frame000', features, model).map(({ name }) => name);
    const extracted = features.map(({ classId, inputBox }) =>
      inputBox === undefined ? { classId } : { classId, inputBox },
    );
    expect(names).toEqual([
      ...regionNames('frame000', extracted, SAMPLE_MODEL).map((name) => `${name}.npz`),
      'frame000.npy',
    ]);
    expect(names[2]).toBe('frame000_10_0_0,0,320,256.npz');
  });

  it('hold the values, one region a row; of a frame without regions, no row', () => {
    const stack = readNpy(featureFiles('frame000', features, model).at(-1)!.bytes);
    expect(stack.shape).toEqual([3, 512]);
    expect(stack.data.slice(512, 1024)).toEqual(Float32Array.from(features[1]!.values));
    const [only, ...others] = featureFiles('frame001', [], model);
    expect(others).toEqual([]);
    expect(readNpy(only!.bytes).shape).toEqual([0, 512]);
  });

  it('are the same array as an archive of the service', async () => {
    const values = Float32Array.of(1.5, -2, 3);
    const ours = npzFile('feat', values, [3]);
    const theirs = await writeNpz('feat', values, [3]);
    expect(readNpy(entryOf(ours))).toEqual(readNpy(entryOf(theirs)));
  });
});

/** The content of the archive's one entry. */
function entryOf(zip: Uint8Array): Uint8Array {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const from = 30 + view.getUint16(26, true) + view.getUint16(28, true);
  const directory = zip.findLastIndex(
    (_, i) => i + 4 <= zip.length && view.getUint32(i, true) === 0x02014b50,
  );
  return zip.subarray(from, from + view.getUint32(directory + 24, true));
}

describeWith('python', 'feature files in NumPy', () => {
  const folder = temporaryFolder();

  it('are read', () => {
    for (const { name, bytes } of featureFiles('f', features, model))
      writeFileSync(join(folder, name), bytes);
    const program = `
import numpy, sys, zipfile
stack = numpy.load(sys.argv[1] + '/f.npy')
for i, name in enumerate(['f_0_0_1,2,30,40', 'f_0_1_5,6,7,8', 'f_10_0_0,0,320,256']):
    file = f'{sys.argv[1]}/{name}.npz'
    assert zipfile.ZipFile(file).testzip() is None
    archive = numpy.load(file)
    assert archive.files == ['feat'], archive.files
    assert archive['feat'].dtype == numpy.float32 and (archive['feat'] == stack[i]).all()
print(stack.shape)
`;
    const { status, stdout, stderr } = spawnSync(PYTHON, ['-c', program, folder], { encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '(3, 512)\n', stderr: '' });
  });
});
