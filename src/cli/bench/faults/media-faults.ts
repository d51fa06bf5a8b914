import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { FeedState } from '../../../rpc/gen/surgicam/v1/feed.js';
import { SurgicamError } from '../../../domain/errors.js';
import type { Arena } from './arena.js';
import { expectThat } from './expectations.js';
import type { Fault } from './fault.js';

const PATH = /\/(?:tmp|proc|home|root|etc|usr)\//;

/** A file that is no good: its feed ends or fails, and says why without a path of the machine. */
function badFile(name: string, does: string, write: (arena: Arena) => Promise<string>): Fault {
  return {
    name,
    family: 'media',
    does,
    async run(arena) {
      const uri = await write(arena);
      try {
        await arena.feed(name, uri, { everyFrame: true });
      } catch (error) {
        const { code, message } = SurgicamError.from(error);
        expectThat(!PATH.test(message) && code !== 'internal', `refused with ${code}: ${message}`);
        return { observed: `refused, ${code}` };
      }
      const { status, counters } = await arena.states.until(
        name,
        [FeedState.FAILED, FeedState.ENDED],
        20_000,
      );
      await arena.delete(name);
      const reason = status?.reason ?? '';
      expectThat(!PATH.test(reason), `the reason shows a path: ${reason}`);
      const end = status?.state === FeedState.ENDED ? 'ended' : `failed: ${reason}`;
      return { observed: `${end} (${counters?.framesDecoded ?? 0n} frames)` };
    },
  };
}

async function inMedia(arena: Arena, name: string, bytes: Uint8Array | string): Promise<string> {
  await writeFile(join(arena.folder, name), bytes);
  return name;
}

export const MEDIA_FAULTS: readonly Fault[] = [
  badFile('random-bytes', '1 MB of random bytes as a video', (arena) =>
    inMedia(arena, 'random.ts', randomBytes(1 << 20)),
  ),
  badFile('truncated-file', 'an MP4 that breaks off in the middle', async (arena) => {
    const bytes = await readFile(await arena.clip('whole.mp4'));
    return inMedia(arena, 'truncated.mp4', bytes.subarray(0, bytes.length / 2));
  }),
  badFile('damaged-file', 'a transport stream with every hundredth byte wrong', async (arena) => {
    const bytes = await readFile(await arena.clip('whole.ts'));
    for (let i = 5_000; i < bytes.length; i += 100) bytes[i] = bytes[i]! ^ 0xff;
    return inMedia(arena, 'damaged.ts', bytes);
  }),
  badFile('empty-file', 'a file of no bytes', (arena) => inMedia(arena, 'empty.mp4', '')),
  badFile('directory', 'a folder in place of a file', async (arena) => {
    await mkdir(join(arena.folder, 'folder.mp4'), { recursive: true });
    return 'folder.mp4';
  }),
  badFile('missing-file', 'a file that is not there', () => Promise.resolve('nowhere.mp4')),
  badFile('outside-root', 'a path that leads out of the media root', () =>
    Promise.resolve('../../../etc/passwd'),
  ),
  badFile('unknown-scheme', 'a URI of a scheme that is not served', () =>
    Promise.resolve('gopher://host/video'),
  ),
  badFile('local-playlist', 'a playlist that names a file of the machine', async (arena) => {
    const clip = basename(await arena.clip('listed.ts'));
    return inMedia(arena, 'list.m3u8', `#EXTM3U\n#EXTINF:2,\n${join(arena.folder, clip)}\n#EXT-X-ENDLIST\n`);
  }),
];
