import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { colourIndex, JET } from '../../src/localization/colour-map.js';
import { describeWith, PYTHON } from '../fixtures/requirements.js';

const entry = (index: number): number[] => [...JET.subarray(3 * index, 3 * index + 3)];

describe('the jet colour map', () => {
  it('runs from dark blue over green to dark red', () => {
    expect(entry(0)).toEqual([0, 0, 128]);
    expect(entry(128)).toEqual([130, 255, 126]);
    expect(entry(255)).toEqual([128, 0, 0]);
  });

  it('is indexed by the value cut off, not rounded', () => {
    expect([0, 0.0039, 0.5, 0.999, 1, 1.2, -0.1].map(colourIndex)).toEqual([0, 0, 127, 254, 255, 255, 0]);
  });
});

describeWith('python-opencv', 'the jet colour map against OpenCV', () => {
  it('has all of its 256 entries', () => {
    const script = [
      'import sys, numpy, cv2',
      'bgr = cv2.applyColorMap(numpy.arange(256, dtype=numpy.uint8)[None], cv2.COLORMAP_JET)[0]',
      'sys.stdout.buffer.write(bgr[:, ::-1].tobytes())',
    ].join('\n');
    const { stdout } = spawnSync(PYTHON, ['-c', script]);
    expect([...JET]).toEqual([...stdout]);
  });
});
