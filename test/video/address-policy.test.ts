import { describe, expect, it } from '@jest/globals';
import { allowedAddresses, sourceHost } from '../../src/video/address-policy.js';
import { parseSourceUri } from '../../src/video/source-uri.js';
import { errorOf } from '../fixtures/errors.js';

const strict = { allowLoopback: false, allowedHosts: [] };

describe('sourceHost', () => {
  it.each([
    ['rtsp://camera/or1', 'camera'],
    ['rtsp://me:pass@10.0.0.7:554/or1', '10.0.0.7'],
    ['http://good.example@127.0.0.1/a', '127.0.0.1'],
    ['http://me:p@ss@127.0.0.1:80/a@10.0.0.7', '127.0.0.1'],
    ['http://127.0.0.1#@10.0.0.7/a', '127.0.0.1'],
    ['http://[::1]:8080/a', '::1'],
    ['srt://10.0.0.7:9000?latency=20', '10.0.0.7'],
    ['srt://:9000?mode=listener', undefined],
    ['udp://@239.0.0.1:1234', undefined],
    ['clips/a.mp4', undefined],
    ['phantom://', undefined],
  ])('reads %s as ffmpeg does', (uri, host) => {
    expect(sourceHost(parseSourceUri(uri))).toBe(host);
  });
});

describe('allowedAddresses', () => {
  it.each([
    ['127.0.0.1', 'this server itself'],
    ['127.1', 'this server itself'],
    ['2130706433', 'this server itself'],
    ['0x7f000001', 'this server itself'],
    ['0.0.0.0', 'this server itself'],
    ['::1', 'this server itself'],
    ['::ffff:127.0.0.1', 'this server itself'],
    ['localhost', 'this server itself'],
    ['169.254.169.254', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['::ffff:169.254.169.254', 'link-local'],
    ['fd00:ec2::254', 'link-local'],
  ])('refuses %s', async (host, why) => {
    const error = await errorOf(() => allowedAddresses(host, strict));
    expect(error.code).toBe('permission_denied');
    expect(error.message).toContain(why);
  });

  it('allows cameras of the house, and this machine where that is wanted', async () => {
    expect(await allowedAddresses('10.1.2.3', strict)).toEqual(['10.1.2.3']);
    expect(await allowedAddresses('192.168.0.9', strict)).toEqual(['192.168.0.9']);
    expect(await allowedAddresses('127.0.0.1', { ...strict, allowLoopback: true })).toEqual(['127.0.0.1']);
  });

  it('refuses link-local addresses even so', async () => {
    const error = await errorOf(() => allowedAddresses('169.254.1.1', { ...strict, allowLoopback: true }));
    expect(error.code).toBe('permission_denied');
  });

  it('allows nothing beside the hosts of a list, which are trusted', async () => {
    const policy = { allowLoopback: false, allowedHosts: ['127.0.0.1', '*.or.example'] };
    expect(await allowedAddresses('127.0.0.1', policy)).toEqual(['127.0.0.1']);
    for (const host of ['10.1.2.3', 'or.example', 'evilor.example']) {
      expect((await errorOf(() => allowedAddresses(host, policy))).code).toBe('permission_denied');
    }
  });

  it('says that a name has no address, which may pass', async () => {
    expect((await errorOf(() => allowedAddresses('no-such-host.invalid', strict))).code).toBe('unavailable');
  });
});
