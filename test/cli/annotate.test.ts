import { afterEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliProcess, runCli } from '../fixtures/cli.js';
import { eachHarness } from '../fixtures/each-harness.js';
import type { RpcHarness } from '../fixtures/rpc-harness.js';
import { sampleFrames } from '../fixtures/sample-analysis.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

let harness: RpcHarness;
eachHarness(['or-1'], (fresh) => (harness = fresh));
const folder = temporaryFolder();
const followers: CliProcess[] = [];
afterEach(async () => {
  for (const follower of followers) follower.kill('SIGKILL');
  await Promise.all(followers.splice(0).map(({ finished }) => finished));
});

const feed = () => harness.feeds.get('or-1');
const annotate = (...args: string[]) => runCli(['annotate', 'or-1', ...args, '--address', harness.address]);

async function follow(...flags: string[]): Promise<CliProcess> {
  const follower = new CliProcess(['subscribe', 'or-1', '--address', harness.address, ...flags]);
  followers.push(follower);
  await follower.waitFor(/feed is live/);
  return follower;
}

describe('surgicam annotate', () => {
  it('reaches those who follow the feed, as a line between the others', async () => {
    feed().count({ framesDecoded: 10 });
    const follower = await follow();
    expect(await annotate('9', '--caption', 'the duct\u001b[2J is clipped')).toEqual({
      code: 0,
      stdout: 'frame 9 of or-1: handed to 1 other subscriber\n',
      stderr: '',
    });
    await follower.waitFor(/^-- anonymous on frame 9: the duct \[2J is clipped$/);
    await annotate('0', '--interaction', 'grasper,retracts,gallbladder', '--interaction', 'hook,cuts,fat');
    await follower.waitFor(/frame 0: grasper retracts gallbladder, hook cuts fat$/);
    await annotate('0', '--text', '{}', '--media-type', 'application/json');
    await follower.waitFor(/frame 0: application\/json \{\}$/);
  });

  it('takes the newest frame by that name', async () => {
    feed().count({ framesDecoded: 3 });
    const done = annotate('newest', '--caption', 'now');
    await feed().subscribed();
    feed().publish(...sampleFrames(2, 3));
    expect((await done).stdout).toBe('frame 2 of or-1: handed to 0 other subscribers\n');
  });

  it('says what is wrong', async () => {
    const future = await annotate('10', '--caption', 'soon');
    expect([future.code, future.stderr]).toEqual([1, expect.stringContaining('annotate.sequence is 10')]);
    const nothing = await annotate('0');
    expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining('exactly one of them')]);
    const bad = await annotate('-1', '--caption', 'x');
    expect(bad.code).toBe(2);
    const pair = await annotate('0', '--interaction', 'hook,cuts');
    expect([pair.code, pair.stderr]).toEqual([2, expect.stringContaining('three names')]);
  });
});

describe('surgicam subscribe --preview', () => {
  it('asks for pictures of that width and keeps the newest in the file', async () => {
    const file = join(folder, 'newest.jpg');
    const follower = await follow('--preview', file, '--preview-width', '64');
    expect(feed().recipes.map(({ recipe }) => recipe.preview)).toEqual([{ maxWidth: 64, quality: 75 }]);
    const preview = { width: 64, height: 48, jpeg: Uint8Array.of(0xff, 0xd8, 1, 2, 3) };
    feed().publish(...sampleFrames(0, 1, { preview: { ...preview, jpeg: Uint8Array.of(0xff, 0xd8) } }));
    feed().publish(...sampleFrames(1, 2, { preview }));
    feed().setState({ kind: 'ended', sinceMs: Date.now() });
    expect((await follower.finished).code).toBe(0);
    expect(Uint8Array.from(readFileSync(file))).toEqual(preview.jpeg);
  });
});
