import { SurgicamError } from '../../../domain/errors.js';
import { MAX_FEEDS } from './arena.js';
import { expectThat } from './expectations.js';
import type { Fault } from './fault.js';

const SCENE = 'phantom://scene?size=64x64&fps=5';

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'ok',
    (error: unknown) => SurgicamError.from(error).code,
  );

export const LIMIT_FAULTS: readonly Fault[] = [
  {
    name: 'duplicate-feed',
    family: 'limits',
    does: 'ten clients create the same feed at once',
    async run(arena) {
      const codes = await Promise.all(Array.from({ length: 10 }, () => codeOf(arena.feed('twin', SCENE))));
      await arena.delete('twin');
      const created = codes.filter((code) => code === 'ok').length;
      const refused = codes.filter((code) => code === 'already_exists').length;
      expectThat(created === 1 && refused === 9, `they were answered with ${codes.join(', ')}`);
      return { observed: 'one created, nine ALREADY_EXISTS' };
    },
  },
  {
    name: 'too-many-feeds',
    family: 'limits',
    does: 'one feed more than there may be',
    async run(arena) {
      const ids = Array.from({ length: MAX_FEEDS }, (_, index) => `many-${index}`);
      for (const id of ids) await arena.feed(id, SCENE);
      const code = await codeOf(arena.feed('one-more', SCENE));
      await Promise.all(ids.map((id) => arena.delete(id)));
      expectThat(code === 'resource_exhausted', `it was answered with ${code}`);
      await arena.feed('one-more', SCENE);
      await arena.delete('one-more');
      return { observed: 'RESOURCE_EXHAUSTED, and room again after deleting' };
    },
  },
];
