import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readNpy, writeNpy, type NpyArray } from '../../src/files/npy.js';
import { describeWith, PYTHON } from '../fixtures/requirements.js';

/** What a line of NumPy prints to its standard output, as bytes. */
function numpy(code: string, input?: Uint8Array): Buffer {
  const script = `import sys, io, numpy as np\nout = sys.stdout.buffer\n${code}`;
  const { status, stdout, stderr } = spawnSync(PYTHON, ['-c', script], { input });
  if (status !== 0) throw new Error(stderr.toString());
  return stdout;
}

describe('npy', () => {
  it('reads what it writes', () => {
    const data = Float32Array.of(1, -2, 3.5, 0, 1e-7, 9);
    expect(readNpy(writeNpy(data, [2, 3]))).toEqual({ shape: [2, 3], data });
    expect(readNpy(writeNpy(Uint8Array.of(1, 2), [2]))).toEqual({ shape: [2], data: Uint8Array.of(1, 2) });
    expect(readNpy(writeNpy(new Float32Array(0), [0, 512]))).toEqual({
      shape: [0, 512],
      data: new Float32Array(0),
    });
  });

  it('starts the data at a multiple of 64 bytes', () => {
    expect(writeNpy(Uint8Array.of(1), [1]).length % 64).toBe(1);
  });

  it('reads from a window into a larger, unaligned buffer', () => {
    const file = writeNpy(Float32Array.of(4, 5), [2]);
    const pool = new Uint8Array(file.length + 3);
    pool.set(file, 3);
    expect(readNpy(pool.subarray(3)).data).toEqual(Float32Array.of(4, 5));
  });

  it('says what is wrong with a file, and names it', () => {
    const file = writeNpy(Float32Array.of(1, 2), [2]);
    expect(() => readNpy(new Uint8Array(20), 'x.npy')).toThrow('x.npy is no .npy file');
    expect(() => readNpy(file.subarray(0, 132), 'x.npy')).toThrow(
      'x.npy: data is "4 bytes"; allowed: 8, as its header says',
    );
    expect(() => readNpy(file.subarray(0, 131), 'x.npy')).toThrow('x.npy: data');
    expect(() => readNpy(replaced(file, '<f4', '<c8'), 'x.npy')).toThrow('x.npy: descr is "<c8"');
    expect(() => readNpy(replaced(file, '<f4', '>f4'), 'x.npy')).toThrow('x.npy: descr is ">f4"');
    expect(() => readNpy(replaced(file, 'False', 'True '), 'x.npy')).toThrow('x.npy: fortran_order');
  });
});

describeWith('python', 'npy against NumPy', () => {
  it.each([
    ['float32', 'np.arange(6, dtype=np.float32).reshape(2, 3)', [2, 3], Float32Array.of(0, 1, 2, 3, 4, 5)],
    ['uint8', 'np.array([[7], [255]], np.uint8)', [2, 1], Uint8Array.of(7, 255)],
    ['int64', 'np.array([-1, 2**60])', [2], BigInt64Array.of(-1n, 2n ** 60n)],
    ['a scalar', 'np.float32(2.5)', [], Float32Array.of(2.5)],
  ] satisfies [string, string, number[], NpyArray['data']][])('reads %s', (_, array, shape, data) => {
    expect(readNpy(numpy(`np.save(out, ${array})`))).toEqual({ shape, data });
  });

  it('reads format 2.0', () => {
    const file = numpy('np.lib.format.write_array(out, np.float32([1, 2]), version=(2, 0))');
    expect(file[6]).toBe(2);
    expect(readNpy(file)).toEqual({ shape: [2], data: Float32Array.of(1, 2) });
  });

  it('writes what NumPy reads', () => {
    const print = 'a = np.load(io.BytesIO(sys.stdin.buffer.read())); print(a.dtype, a.shape, a.tolist())';
    expect(numpy(print, writeNpy(Float32Array.of(1, 0.5), [1, 2])).toString()).toBe(
      'float32 (1, 2) [[1.0, 0.5]]\n',
    );
    expect(numpy(print, writeNpy(Uint8Array.of(3), [1])).toString()).toBe('uint8 (1,) [3]\n');
  });
});

/** The file with a piece of its header's text replaced by one of the same length. */
function replaced(file: Uint8Array, text: string, by: string): Uint8Array {
  return Buffer.from(Buffer.from(file).toString('latin1').replace(text, by), 'latin1');
}
