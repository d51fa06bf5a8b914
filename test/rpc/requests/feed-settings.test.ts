import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  FeedSettings,
  HardwareAcceleration,
  Pacing,
  PhantomPace,
  PhantomSource,
} from '../../../src/rpc/gen/surgicam/v1/feed.js';
import { toFeedSettings } from '../../../src/rpc/requests/feed-settings.js';
import { errorOf } from '../../fixtures/errors.js';

type Partial = Parameters<typeof FeedSettings.fromPartial>[0];
type Source = NonNullable<NonNullable<FeedSettings['source']>['source']>;

const settings = (message: Partial, mediaRoot?: string) =>
  toFeedSettings(FeedSettings.fromPartial(message), {
    modelName: 'fallback',
    ...(mediaRoot === undefined ? {} : { mediaRoot }),
  });

const uri = (text: string): { source: Source } => ({
  source: { $case: 'uri', value: { uri: text, ownSpeed: true, loop: true } },
});

const phantom = (value: Parameters<typeof PhantomSource.fromPartial>[0]): { source: Source } => ({
  source: { $case: 'phantom', value: PhantomSource.fromPartial(value) },
});

describe('toFeedSettings', () => {
  it('fills in the defaults', async () => {
    expect(await settings({ feedId: 'or-1', source: uri('rtsp://host/1') })).toEqual({
      id: 'or-1',
      source: { uri: 'rtsp://host/1', ownSpeed: true, loop: true },
      modelName: 'fallback',
      pacing: 'live',
      hardwareAcceleration: 'auto',
    });
  });

  it('takes what is said', async () => {
    const value = PhantomSource.fromPartial({ seed: 7, frameCount: 50, pace: PhantomPace.FAST, loop: true });
    const source: Source = { $case: 'phantom', value };
    const message = {
      feedId: 'or-1',
      source: { source },
      modelName: 'gc-d',
      pacing: Pacing.EVERY_FRAME,
      hardwareAcceleration: HardwareAcceleration.NONE,
    };
    expect(await settings(message)).toEqual({
      id: 'or-1',
      source: { uri: 'phantom://scene?seed=7&frames=50&pace=fast', ownSpeed: false, loop: true },
      modelName: 'gc-d',
      pacing: 'every_frame',
      hardwareAcceleration: 'none',
    });
  });

  it.each<[string, Partial]>([
    ['settings.feed_id', { feedId: 'OR 1', source: uri('rtsp://host/1') }],
    ['settings.feed_id', { feedId: '', source: uri('rtsp://host/1') }],
    ['settings.source', { feedId: 'or-1' }],
    ['settings.source.uri.uri', { feedId: 'or-1', source: uri('') }],
    ['settings.source.uri.uri', { feedId: 'or-1', source: uri('x'.repeat(2049)) }],
    ['settings.source.uri.uri', { feedId: 'or-1', source: uri('concat:a|b') }],
    ['settings.source.phantom.pace', { feedId: 'or-1', source: phantom({ pace: PhantomPace.UNRECOGNIZED }) }],
    ['settings.source.phantom.frame_rate', { feedId: 'or-1', source: phantom({ frameRate: 0 }) }],
    ['settings.source.phantom.width', { feedId: 'or-1', source: phantom({ width: 15 }) }],
    ['settings.pacing', { feedId: 'or-1', source: uri('rtsp://host/1'), pacing: Pacing.UNRECOGNIZED }],
  ])('refuses a bad %s', async (field, message) => {
    const error = await errorOf(() => settings(message));
    expect(error.code).toBe('invalid_argument');
    expect(error.violations.map((violation) => violation.field)).toEqual([field]);
  });
});

describe('files of a remote client', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'surgicam-media-')));
  const elsewhere = realpathSync(mkdtempSync(join(tmpdir(), 'surgicam-private-')));
  writeFileSync(join(root, 'clip.mp4'), '');
  writeFileSync(join(elsewhere, 'private.mp4'), '');
  symlinkSync(join(elsewhere, 'private.mp4'), join(root, 'link.mp4'));
  const play = (text: string, mediaRoot?: string) =>
    settings({ feedId: 'or-1', source: uri(text) }, mediaRoot);

  it.each(['clip.mp4', 'file:clip.mp4', join(root, 'clip.mp4'), `file://${join(root, 'clip.mp4')}`])(
    'are played from below the media root: %s',
    async (text) => {
      expect((await play(text, root)).source.uri).toBe(join(root, 'clip.mp4'));
    },
  );

  it.each(['../private.mp4', '/etc/hostname', '/etc/not-there', join(elsewhere, 'private.mp4'), 'link.mp4'])(
    'are refused anywhere else, there or not: %s',
    async (text) => {
      const error = await errorOf(() => play(text, root));
      expect(error.code).toBe('permission_denied');
      expect(error.message).toBe('settings.source.uri.uri: only files below the media root may be played');
    },
  );

  it('are missed by their name below the root', async () => {
    const error = await errorOf(() => play('sub/none.mp4', root));
    expect(error).toMatchObject({ code: 'not_found', resource: { type: 'file', name: 'sub/none.mp4' } });
    expect(error.message).not.toContain(root);
  });

  it('are refused without a media root', async () => {
    expect((await errorOf(() => play('clip.mp4'))).code).toBe('permission_denied');
  });
});
