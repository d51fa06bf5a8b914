import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parseDocument, isMap, isScalar, type Pair } from 'yaml';
import { CONFIG_KEYS } from '../../src/config/keys.js';
import { loadConfig } from '../../src/config/load-config.js';
import { PROJECT_ROOT } from '../fixtures/requirements.js';

const SAMPLE = `${PROJECT_ROOT}deploy/surgicam.yaml`;
const text = readFileSync(SAMPLE, 'utf8');

describe('the sample configuration', () => {
  it('equals the defaults', async () => {
    expect(await loadConfig({ file: SAMPLE })).toEqual(await loadConfig());
  });

  it('shows every key', () => {
    const shown = Object.entries(parseDocument(text).toJS() as Record<string, object>).flatMap(
      ([section, content]) => Object.keys(content).map((name) => `${section}.${name}`),
    );
    expect(shown).toEqual(CONFIG_KEYS.map((key) => key.path));
  });

  it('explains every key', () => {
    const lines = text.split('\n');
    const bare = lines.filter((line, index) => {
      const isKey = /^ {2}\w+:/.test(line);
      // The key of a pair is explained with its twin.
      return isKey && !/^ {2}(#|tls)/.test(lines[index - 1] ?? '');
    });
    expect(bare).toEqual([]);
  });

  it('gives the bounds the schema has', async () => {
    const sections = parseDocument(text).contents;
    if (!isMap(sections)) throw new Error('the sample is a mapping');
    let checked = 0;
    for (const key of CONFIG_KEYS.filter(({ kind }) => kind === 'number')) {
      const section = sections.get(key.section);
      if (!isMap(section)) throw new Error(`${key.section} is a mapping`);
      const pair = section.items.find((item) => isScalar(item.key) && item.key.value === key.name);
      const [, low, high] = /(\d+) to (\d+)/.exec(commentOf(pair, section.commentBefore)) ?? [];
      const variable = (value: string | undefined) => ({ [key.variable]: value ?? '' });
      await expect(loadConfig({ environment: variable(high) })).resolves.toBeDefined();
      await expect(loadConfig({ environment: variable(`${Number(high) + 1}`) })).rejects.toThrow(
        `${low ?? 'a lower bound'} to ${high ?? 'an upper bound'}`,
      );
      checked += 1;
    }
    expect(checked).toBeGreaterThan(8);
  });
});

function commentOf(pair: Pair | undefined, ofSection: string | null | undefined): string {
  const own = isScalar(pair?.key) ? pair.key.commentBefore : undefined;
  return own ?? ofSection ?? '';
}
