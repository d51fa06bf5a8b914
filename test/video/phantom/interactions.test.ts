import { describe, expect, it } from '@jest/globals';
import { INSTRUMENT_KINDS } from '../../../src/video/phantom/instruments.js';
import { ABILITIES, captionOf, INTERACTIONS } from '../../../src/video/phantom/interactions.js';
import { CHAPTER_SECONDS, sceneAt } from '../../../src/video/phantom/scene.js';

describe('captionOf', () => {
  it('names together who does the same, and the idle last', () => {
    expect(
      captionOf([
        { kind: 'suction', interaction: 'Idle' },
        { kind: 'bipolar_forceps', interaction: 'Grasping' },
        { kind: 'prograsp_forceps', interaction: 'Grasping' },
      ]),
    ).toBe('bipolar forceps and prograsp forceps are grasping tissue and suction is idle');
    expect(captionOf([{ kind: 'hook', interaction: 'Cauterization' }])).toBe('hook is cauterizing tissue');
    expect(captionOf([])).toBe('tissue without instruments');
  });
});

describe('the interactions of the scene', () => {
  const moments = Array.from({ length: 20 }, (_, seed) =>
    Array.from({ length: 160 }, (__, index) => sceneAt(seed, index * 0.6)),
  ).flat();

  it('are all seen, each by an instrument that is able to', () => {
    const seen = new Set<string>();
    for (const { kind, interaction } of moments.flatMap(({ instruments }) => instruments)) {
      seen.add(interaction);
      if (interaction !== 'Idle') expect(ABILITIES[kind]).toContain(interaction);
    }
    expect([...seen].sort()).toEqual([...INTERACTIONS].sort());
    expect(Object.keys(ABILITIES).sort()).toEqual([...INSTRUMENT_KINDS].sort());
  });

  it('pull tissue, raise smoke and leave marks that stay until the end of their chapter', () => {
    expect(moments.some(({ pulls }) => pulls.length > 0)).toBe(true);
    for (const { plumes, instruments } of moments) {
      const burning = instruments.filter(({ interaction }) => interaction === 'Cauterization');
      expect(plumes).toHaveLength(burning.length);
    }
    for (let seed = 0; seed < 20; seed++) {
      let before = 0;
      for (let time = 0; time < CHAPTER_SECONDS; time += 0.25) {
        const now = sceneAt(seed, time).marks.length;
        expect(now).toBeGreaterThanOrEqual(before);
        before = now;
      }
    }
    expect(new Set(moments.flatMap(({ marks }) => marks.map(({ kind }) => kind)))).toEqual(
      new Set(['blood', 'char', 'cut', 'clip', 'staples', 'stitch']),
    );
  });
});
