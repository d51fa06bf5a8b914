import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ffmpegCapabilities } from '../../src/video/ffmpeg-capabilities.js';
import { locateFfmpeg, parseVersion } from '../../src/video/locate-ffmpeg.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

const folder = temporaryFolder();
const { PATH, SURGICAM_FFMPEG } = process.env;

/** A program that answers `-version` as ffmpeg does. */
function fakeFfmpeg(name: string, version: string, exit = 0): string {
  const home = join(folder, name);
  mkdirSync(home);
  const text = `#!/bin/sh\necho 'ffmpeg version ${version} Copyright'\necho 'libavformat    60.  3.100 / 60.  3.100'\nexit ${exit}\n`;
  writeFileSync(join(home, 'ffmpeg'), text);
  chmodSync(join(home, 'ffmpeg'), 0o755);
  return home;
}

describe('locateFfmpeg', () => {
  afterEach(() => {
    process.env.PATH = PATH;
    if (SURGICAM_FFMPEG === undefined) delete process.env.SURGICAM_FFMPEG;
    else process.env.SURGICAM_FFMPEG = SURGICAM_FFMPEG;
  });

  it('says what is wrong with a configured one, and what to do', async () => {
    const missing = join(folder, 'missing');
    await expect(locateFfmpeg(missing)).rejects.toMatchObject({
      code: 'failed_precondition',
      message: expect.stringContaining('SURGICAM_FFMPEG'),
    });
    await expect(locateFfmpeg('/bin/true')).rejects.toMatchObject({
      message: expect.stringContaining('does not answer like ffmpeg'),
    });
  });

  it('takes a configured one that appeared since the last failure', async () => {
    const path = join(folder, 'later', 'ffmpeg');
    await expect(locateFfmpeg(path)).rejects.toMatchObject({ code: 'failed_precondition' });
    fakeFfmpeg('later', '6.1');
    await expect(locateFfmpeg(path)).resolves.toEqual({
      path,
      version: '6.1',
      libavformat: [60, 3],
      origin: 'configured',
    });
  });

  it('prefers the environment, then PATH, then the one from npm', async () => {
    const configured = join(fakeFfmpeg('configured', '5.0'), 'ffmpeg');
    const system = fakeFfmpeg('system', '6.0');
    const broken = fakeFfmpeg('broken', '7.0', 127);

    process.env.SURGICAM_FFMPEG = configured;
    process.env.PATH = `${system}:${PATH}`;
    await expect(locateFfmpeg()).resolves.toMatchObject({ path: configured, origin: 'configured' });

    process.env.SURGICAM_FFMPEG = '';
    process.env.PATH = `${broken}:${system}`;
    const npm = await locateFfmpeg();
    expect(npm).toMatchObject({ origin: 'npm', version: expect.stringContaining('static') });

    const { protocols } = await ffmpegCapabilities(npm.path);
    expect([...protocols]).toEqual(expect.arrayContaining(['file', 'tcp', 'udp', 'rtmp', 'https']));
    expect(protocols.has('srt')).toBe(false);
  });
});

describe('parseVersion', () => {
  it.each([
    [
      'ffmpeg version 5.1.9-0+deb12u1 Copyright (c)\nlibavformat    59. 27.100 / 59. 27.100',
      '5.1.9-0+deb12u1',
      [59, 27],
    ],
    [
      'ffmpeg version N-47683-g0e8eb07980-static https://x\nlibavformat    58. 24.100 / 58. 24.100',
      'N-47683-g0e8eb07980-static',
      [58, 24],
    ],
    ['ffmpeg version n8.0 Copyright\nlibavformat    62.  3.100 / 62.  3.100', 'n8.0', [62, 3]],
  ])('reads %j', (text, version, libavformat) => {
    expect(parseVersion(text)).toEqual({ version, libavformat });
  });
});
