import { beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../fixtures/cli.js';
import { PROJECT_ROOT } from '../fixtures/requirements.js';

const DOCUMENTS = [
  'README.md',
  ...readdirSync(join(PROJECT_ROOT, 'docs')).flatMap((name) =>
    name.endsWith('.md') ? [`docs/${name}`] : [],
  ),
];

interface DocumentedCommand {
  readonly document: string;
  readonly words: readonly string[];
}

/** Every `surgicam ...` of a shell block, continued lines joined, comments left out. */
function documentedCommands(document: string): DocumentedCommand[] {
  const text = readFileSync(join(PROJECT_ROOT, document), 'utf8');
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap((block) => block[1]!.replaceAll(/\\\n\s*/g, '').split('\n'))
    .filter((line) => line.startsWith('surgicam '))
    .map((line) => ({
      document,
      words: line
        .replace(/\s#.*$/, '')
        .trim()
        .split(/\s+/)
        .slice(1),
    }));
}

const helpTexts = new Map<string, Promise<string>>();

function helpOf(path: readonly string[]): Promise<string> {
  const key = path.join(' ');
  let help = helpTexts.get(key);
  if (help === undefined) {
    help = runCli([...path, '--help']).then(({ stdout }) => stdout);
    helpTexts.set(key, help);
  }
  return help;
}

/** Names under `Commands:` of a help text. */
function commandsIn(help: string): string[] {
  const [, section = ''] = help.split('\nCommands:\n');
  return [...section.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map((match) => match[1]!);
}

/** What of a documented command does not exist: its first wrong word, or its unknown flags. */
async function mistakesOf({ document, words }: DocumentedCommand): Promise<string[]> {
  const path: string[] = [];
  let help = await helpOf(path);
  while (path.length < words.length && commandsIn(help).includes(words[path.length]!)) {
    path.push(words[path.length]!);
    help = await helpOf(path);
  }
  const what = `${document}: surgicam ${words.join(' ')}`;
  if (path.length === 0) return [`${what}: no such command`];
  const flags = words.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0]!);
  const known = new Set([...help.matchAll(/--[a-z][a-z0-9-]*/g)].map((match) => match[0]));
  return flags.filter((flag) => !known.has(flag)).map((flag) => `${what}: no ${flag}`);
}

describe('the documents', () => {
  let commands: DocumentedCommand[];
  beforeAll(() => {
    commands = DOCUMENTS.flatMap(documentedCommands);
  });

  it('show only commands and flags that exist', async () => {
    expect(commands.length).toBeGreaterThan(10);
    const mistakes = [];
    for (const command of commands) mistakes.push(...(await mistakesOf(command)));
    expect(mistakes).toEqual([]);
  }, 120_000);
});
