import { expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith, isAvailable, PROJECT_ROOT, sharedPath } from '../fixtures/requirements.js';
import { runCli } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

const DEMO_MODEL =
  readdirSync(join(PROJECT_ROOT, 'models')).find((name) => name.startsWith('phantom-')) ?? '';
const clips = isAvailable('shared')
  ? readdirSync(sharedPath('video')).filter((name) => name.endsWith('.mp4'))
  : ['clips'];

/** Real surgical video through ffmpeg, the graph and the post-processing, every frame of it. */
describeWith('shared', 'real clips through `analyze`', () => {
  const folder = temporaryFolder();
  it.each(clips)(
    '%s: 800 frames, gap-free, with rising media times',
    async (clip) => {
      const out = join(folder, `${clip}.jsonl`);
      const model = join(PROJECT_ROOT, 'models', DEMO_MODEL);
      const args = [
        'analyze',
        sharedPath('video', clip),
        '--model',
        model,
        '--pacing',
        'every-frame',
        '--out',
        out,
      ];
      expect(await runCli(args)).toMatchObject({ code: 0 });
      const lines = readFileSync(out, 'utf8').trimEnd().split('\n');
      const frames = lines.map(
        (line) =>
          JSON.parse(line) as {
            sequence: string;
            mediaTimeUs: string;
            frameWidth: number;
            frameHeight: number;
          },
      );
      expect(frames.map((frame) => frame.sequence)).toEqual(Array.from({ length: 800 }, (_, i) => String(i)));
      const times = frames.map((frame) => Number(frame.mediaTimeUs));
      expect(times.filter((time, i) => i > 0 && !(time > times[i - 1]!))).toEqual([]);
      // 25 frames/s: the 800th frame is shown at 31.96 s.
      expect(Math.abs(times[799]! - times[0]! - 31_960_000)).toBeLessThan(1000);
      expect(new Set(frames.map((frame) => `${frame.frameWidth}x${frame.frameHeight}`))).toEqual(
        new Set(['854x480']),
      );
    },
    180_000,
  );
});
