import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { CONFIG_KEYS } from '../../src/config/keys.js';
import { parseLayer } from '../../src/config/file-layer.js';
import { compileConfig, loadConfig } from '../../src/config/load-config.js';
import { commentOf, configSample } from '../../src/config/sample.js';
import { PROJECT_ROOT } from '../fixtures/requirements.js';

const text = configSample();

describe('the sample configuration', () => {
  it('is committed as it is printed', () => {
    expect(readFileSync(`${PROJECT_ROOT}deploy/surgicam.yaml`, 'utf8')).toBe(text);
  });

  it('equals the defaults', async () => {
    expect(compileConfig([parseLayer(text, 'sample')])).toEqual(await loadConfig());
  });

  it('shows every key below what the schema says of it', () => {
    let section = '';
    let comment: string[] = [];
    const shown: [string, string][] = [];
    for (const line of text.split('\n')) {
      const [, name] = /^ {2}(\w+):/.exec(line) ?? [];
      if (/^\w+:$/.test(line)) section = line.slice(0, -1);
      else if (line.startsWith('  # ')) comment.push(line.slice(4));
      else if (name !== undefined) {
        shown.push([`${section}.${name}`, comment.join(' ')]);
        comment = [];
      }
    }
    expect(shown).toEqual(CONFIG_KEYS.map((key) => [key.path, commentOf(key)]));
  });

  it('has something to say of every key', () => {
    const silent = CONFIG_KEYS.filter(({ description, allowed }) => description === '' || allowed === '');
    expect(silent).toEqual([]);
  });

  it('gives the bounds the schema has', async () => {
    const numbers = CONFIG_KEYS.filter(({ kind }) => kind === 'number');
    for (const { variable, allowed } of numbers) {
      const [, low, high] = /(\d+) to (\d+)/.exec(allowed) ?? [];
      const read = (value: string | undefined) =>
        loadConfig({ environment: { [variable]: value ?? 'no bound' } });
      for (const bound of [low, high]) expect([variable, await read(bound)]).toHaveLength(2);
      await expect(read(`${Number(high) + 1}`)).rejects.toThrow(allowed);
      await expect(read(`${Number(low) - 1}`)).rejects.toThrow(allowed);
    }
    expect(numbers.length).toBeGreaterThan(20);
  });
});
