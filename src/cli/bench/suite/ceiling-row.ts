import { writeNullModel } from '../soak/null-model.js';
import { createLoopedFeed, deleteFeed } from '../service-speed.js';
import { startFollowers } from './followers.js';
import { testClip } from './materials.js';
import { figureOf, measureWindow, type Window } from './repeat.js';
import type { RowContext, RowFindings } from './row.js';
import { withService } from './service.js';

const ROUNDS = 3;

/** Frames per second of everything around a model that does as good as nothing. */
export async function ceilingRow({ folder, seconds, onStep }: RowContext): Promise<RowFindings> {
  const { directory } = await writeNullModel(folder);
  const file = await testClip(folder, { width: 128, height: 128, framesPerSecond: 25, seconds: 40 });
  return withService(directory, folder, async ({ process: { pid, address }, client }) => {
    await createLoopedFeed(client, { feedId: 'ceiling', file, pacing: 'every-frame' });
    const followers = await startFollowers({ address, feedIds: ['ceiling'], outputs: { boxes: true } });
    const windows: Window[] = [];
    try {
      for (let round = 1; round <= ROUNDS; round++) {
        onStep(`ceiling: round ${round} of ${ROUNDS}`);
        windows.push(await measureWindow(followers, pid, seconds / ROUNDS));
      }
    } finally {
      await followers.stop();
    }
    await deleteFeed(client, 'ceiling');
    const rate = (window: Window): number => window.messages / window.seconds;
    const cpu = windows.flatMap((window) => (window.cpu === undefined ? [] : [{ ...window.cpu, window }]));
    return {
      how:
        'A ResNet-18 two channels wide on 64 x 64 pixels in place of the model; a file of 128 x 128 through ffmpeg as fast as it goes, ' +
        `every frame with its boxes to one subscriber in another process; ${ROUNDS} rounds of ${(seconds / ROUNDS).toFixed(0)} s`,
      figures: [
        figureOf('frames analysed and delivered', windows.map(rate), 'frames/s', 'ceiling.rate'),
        ...(cpu.length === 0
          ? []
          : [
              figureOf(
                'processor time of the service a frame',
                cpu.map(({ service, window }) => (1000 * service) / rate(window)),
                'ms',
              ),
              figureOf(
                'processor time of ffmpeg a frame',
                cpu.map(({ ffmpeg, window }) => (1000 * ffmpeg) / rate(window)),
                'ms',
              ),
            ]),
        figureOf(
          'processor time of the subscriber a frame',
          windows.map((window) => (1000 * window.cpuSeconds) / window.messages),
          'ms',
        ),
      ],
    };
  });
}
