import { followFeed, subscriptionTo } from '../../client/follow-feed.js';
import { createLoopedFeed } from '../service-speed.js';
import { DEMO_MODEL, floatModel, int8Model, testClip } from './materials.js';
import { figureOf } from './repeat.js';
import type { Figure, RowContext, RowFindings } from './row.js';
import { withService } from './service.js';

const ROUNDS = 3;

/** From the start of the process to the first analysis at a subscriber. */
export async function startUpRow({ folder, onStep }: RowContext): Promise<RowFindings> {
  const file = await testClip(folder, { width: 854, height: 480, framesPerSecond: 25, seconds: 40 });
  const models = {
    'demo model': DEMO_MODEL,
    'ResNet-50, float32': await floatModel(folder),
    'ResNet-50, 8 bits': await int8Model(folder),
  };
  const times = new Map<string, number[]>();
  const note = (name: string, fromMs: number): void => {
    times.set(name, [...(times.get(name) ?? []), performance.now() - fromMs]);
  };
  for (let round = 1; round <= ROUNDS; round++) {
    onStep(`start-up: round ${round} of ${ROUNDS}`);
    for (const [label, model] of Object.entries(models)) {
      const begunMs = performance.now();
      await withService(model, folder, async ({ client }) => {
        note(`${label}: ready to serve`, begunMs);
        await createLoopedFeed(client, { feedId: 'first', file, pacing: 'live' });
        const stop = new AbortController();
        for await (const { response } of followFeed(client, subscriptionTo('first'), stop.signal)) {
          if (response?.$case !== 'frameAnalysis') continue;
          note(`${label}: first analysis received`, begunMs);
          stop.abort();
        }
      });
    }
  }
  const figures: Figure[] = [...times].map(([name, values]) => figureOf(name, values, 'ms'));
  return {
    how: `From the start of \`surgicam serve\` to its first answer, and to the first analysis of a feed that is added then; ${ROUNDS} rounds`,
    figures,
  };
}
