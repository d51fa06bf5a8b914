import { describe, expect, it } from '@jest/globals';
import { classActivationMap } from '../../src/localization/class-activation-map.js';
import { eigenCam } from '../../src/localization/eigen-cam.js';

// Two channels of three cells.
const A = Float32Array.of(1, 2, 3, 4, 0, 2);
const uniform = { kind: 'uniform', perChannel: Float32Array.of(2, -1) } as const;
const dense = { kind: 'dense', values: Float32Array.of(2, 2, 2, -1, -1, -1) } as const;

describe('classActivationMap', () => {
  it.each([
    ['grad_cam', [0, 4, 4]],
    ['hires_cam', [0, 4, 4]],
    ['layer_cam', [2, 4, 6]],
  ] as const)('%s is the sum of channels with its weights, cut at zero', (method, expected) => {
    expect([...classActivationMap(method, A, 3, uniform)]).toEqual(expected);
  });

  it.each(['grad_cam', 'grad_cam_plus_plus', 'hires_cam', 'x_grad_cam', 'layer_cam'] as const)(
    '%s is the same for a gradient given once a channel or once a cell',
    (method) => {
      const once = classActivationMap(method, A, 3, uniform);
      classActivationMap(method, A, 3, dense).forEach((value, i) => expect(value).toBeCloseTo(once[i]!, 5));
    },
  );

  it.each(['grad_cam', 'grad_cam_plus_plus', 'hires_cam', 'x_grad_cam', 'layer_cam'] as const)(
    '%s of a dead layer is flat, not NaN',
    (method) => {
      const gradient = { kind: 'uniform', perChannel: Float32Array.of(0, 1) } as const;
      expect([...classActivationMap(method, new Float32Array(6), 3, gradient)]).toEqual([0, 0, 0]);
    },
  );
});

describe('eigenCam', () => {
  it('is the first principal component, high where the layer is active', () => {
    // Both channels rise together: centred cells are (-1, -2), (0, 0), (1, 2), of length sqrt(5).
    const map = eigenCam(Float32Array.of(1, 2, 3, 2, 4, 6), 3);
    [0, 0, Math.sqrt(5)].forEach((value, i) => expect(map[i]).toBeCloseTo(value, 5));
  });

  it('is flat where nothing varies', () => {
    expect([...eigenCam(new Float32Array(6).fill(3), 3)]).toEqual([0, 0, 0]);
  });
});
