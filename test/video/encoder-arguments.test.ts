import { describe, expect, it } from '@jest/globals';
import { encoderArguments, rationalRate } from '../../src/video/encoder-arguments.js';

describe('encoderArguments', () => {
  const request = { width: 33, height: 17, frameRate: 25, output: '/tmp/-x.mp4' } as const;

  it('reads raw frames and writes an .mp4 that plays everywhere', () => {
    const args = encoderArguments({ ...request, encoder: 'libx264' });
    const text = args.join(' ');
    expect(text).toContain('-f rawvideo -pixel_format rgb24 -video_size 33x17 -framerate 25 -i pipe:0');
    expect(text).toContain('-c:v libx264');
    expect(text).toContain('format=yuv420p');
    expect(text).toContain('-movflags +faststart');
    expect(args.at(-1)).toBe('file:/tmp/-x.mp4');
  });

  it('does with what every build has', () => {
    expect(encoderArguments({ ...request, encoder: 'mpeg4' }).join(' ')).toContain('-c:v mpeg4 -q:v 3');
  });
});

describe('rationalRate', () => {
  it.each([
    [25, '25'],
    [29.97, '30000/1001'],
    [23.98, '24000/1001'],
    [59.94, '60000/1001'],
    [30, '30'],
    [12.5, '12.5'],
    [24.8, '24.8'],
  ])('%f is %s', (rate, text) => {
    expect(rationalRate(rate)).toBe(text);
  });
});
