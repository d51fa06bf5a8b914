import { describe, expect, it } from '@jest/globals';
import { PhantomPace, PhantomSource } from '../../../src/rpc/gen/surgicam/v1/feed.js';
import { phantomSource, phantomUri } from '../../../src/rpc/messages/phantom-source.js';
import { errorOf } from '../../fixtures/errors.js';

describe('phantomUri', () => {
  it('leaves out what is at its default', () => {
    expect(phantomUri(PhantomSource.fromPartial({}))).toBe('phantom://scene');
    expect(phantomUri(phantomSource('phantom://scene', false))).toBe('phantom://scene');
  });

  it.each([
    'phantom://scene?seed=0',
    'phantom://scene?seed=7&fps=29.97&size=640x512&frames=50&pace=real-time',
    'phantom://scene?size=1280x720&pace=fast',
  ])('is the inverse of phantomSource: %s', (uri) => {
    expect(phantomUri(phantomSource(uri, true))).toBe(uri);
  });

  it('tells zero from absent', () => {
    expect(phantomUri(PhantomSource.fromPartial({ seed: 0, frameCount: 0 }))).toBe(
      'phantom://scene?seed=0&frames=0',
    );
  });
});

describe('phantomSource', () => {
  it('fills in the defaults', () => {
    expect(phantomSource('phantom://scene', true)).toEqual({
      seed: 1,
      frameRate: 25,
      width: 1280,
      height: 1024,
      frameCount: undefined,
      loop: true,
      pace: PhantomPace.UNSPECIFIED,
    });
  });

  it('names a bad option', async () => {
    expect((await errorOf(() => phantomSource('phantom://scene?seed=x', false))).violations[0]?.field).toBe(
      'seed',
    );
  });
});
