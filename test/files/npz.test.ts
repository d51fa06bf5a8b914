import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeNpz } from '../../src/files/npz.js';
import { PYTHON, describeWith } from '../fixtures/requirements.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

const VALUES = Float32Array.from({ length: 512 }, (_, i) => Math.fround(Math.sin(i)));

describe('writeNpz', () => {
  it('writes the same bytes at any time and in any zone', async () => {
    const first = await writeNpz('feat', VALUES, [512]);
    const zone = process.env.TZ;
    process.env.TZ = 'Pacific/Kiritimati';
    try {
      expect(Buffer.compare(await writeNpz('feat', VALUES, [512]), first)).toBe(0);
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });
});

describeWith('python', 'writeNpz and NumPy', () => {
  const folder = temporaryFolder();

  it('is read by numpy.load under its name', async () => {
    const file = path.join(folder, 'a.npz');
    writeFileSync(file, await writeNpz('feat', VALUES, [512]));
    const script = `import sys, numpy; z = numpy.load(sys.argv[1]); f = z["feat"]; print(z.files, f.dtype, f.shape, float(f[7]))`;
    const said = execFileSync(PYTHON, ['-c', script, file], { encoding: 'utf8' }).trim();
    expect(said).toBe(`['feat'] float32 (512,) ${VALUES[7]}`);
  });
});
