import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PROJECT_ROOT } from '../fixtures/requirements.js';

const IGNORED = /(^|\/)(node_modules|dist|coverage|\.git)(\/|$)/;
const documents = readdirSync(PROJECT_ROOT, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.md') && !IGNORED.test(name),
);

describe('documents', () => {
  it('are all there', () => {
    expect(documents).toEqual(
      expect.arrayContaining([
        'README.md',
        'ARCHITECTURE.md',
        'CHANGELOG.md',
        'CONTRIBUTING.md',
        'docs/api.md',
      ]),
    );
  });

  it('link only to files that exist', () => {
    const broken = documents.flatMap((document) => {
      const text = readFileSync(join(PROJECT_ROOT, document), 'utf8').replace(/```[\s\S]*?```/g, '');
      return [...text.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)]
        .map((match) => match[1]!)
        .filter((target) => !/^[a-z]+:/.test(target))
        .filter((target) => !existsSync(join(PROJECT_ROOT, dirname(document), target)))
        .map((target) => `${document} -> ${target}`);
    });
    expect(broken).toEqual([]);
  });

  it('name only npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    const named = documents.flatMap((document) =>
      [...readFileSync(join(PROJECT_ROOT, document), 'utf8').matchAll(/npm (?:run )([a-z][a-z:-]*)/g)].map(
        (match) => match[1]!,
      ),
    );
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});
