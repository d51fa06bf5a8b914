import { lookup } from 'node:dns/promises';
import { BlockList, isIP, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { SurgicamError } from '../domain/errors.js';
import type { SourceUri } from './source-uri.js';

/** Which hosts a source may be read from: a client that names a source must not reach through this service. */
export interface AddressPolicy {
  /** Whether the machine's own addresses may be connected to. */
  readonly allowLoopback: boolean;
  /**
   * Hosts that may be opened, as a URI writes them, or `*.example.org` for all below a name. Whoever is listed is
   * trusted, whatever his address. Empty: every host but this machine and link-local addresses.
   */
  readonly allowedHosts: readonly string[];
}

/** Neighbours on the cable, and where clouds hand out an instance's credentials. */
const LINK_LOCAL = blockList(
  ['169.254.0.0', 16, 'ipv4'],
  ['fe80::', 10, 'ipv6'],
  ['fd00:ec2::254', 128, 'ipv6'],
  ['100.100.100.200', 32, 'ipv4'],
);

/** `0.0.0.0` and `::` connect to the machine itself. */
const LOOPBACK = blockList(
  ['127.0.0.0', 8, 'ipv4'],
  ['0.0.0.0', 8, 'ipv4'],
  ['::1', 128, 'ipv6'],
  ['::', 128, 'ipv6'],
);

/**
 * The host that ffmpeg will connect to, read as ffmpeg reads it; undefined for what only waits for others (UDP, an
 * SRT listener) and for what is not on the network.
 */
export function sourceHost(source: SourceUri): string | undefined {
  if (!('url' in source) || source.kind === 'phantom' || source.kind === 'udp') return undefined;
  if (source.kind === 'srt' && /[?&]mode=listener(?:&|$)/.test(source.url)) return undefined;
  return hostOf(source.url);
}

function hostOf(url: string): string {
  const authority = /^[^:]+:\/\/([^/?#]*)/.exec(url)?.[1] ?? '';
  const place = authority.slice(authority.lastIndexOf('@') + 1);
  return /^\[([^\]]*)\]/.exec(place)?.[1] ?? place.split(':')[0] ?? '';
}

/**
 * The addresses of a host, all of which may be connected to: one bad one among them is enough to refuse it.
 *
 * @throws SurgicamError `permission_denied` for a host that may not be opened, `unavailable` for one without address.
 */
export async function allowedAddresses(host: string, policy: AddressPolicy): Promise<readonly string[]> {
  const trusted = policy.allowedHosts.some((pattern) => matches(host, pattern));
  if (!trusted && policy.allowedHosts.length > 0) {
    throw refused(host, 'is not among the hosts this server may open', 'add it to video.allowedHosts');
  }
  const addresses = await resolve(host);
  if (trusted) return addresses;
  for (const address of addresses) {
    if (isIn(LINK_LOCAL, address)) {
      throw refused(host, 'has a link-local address', 'list it in video.allowedHosts');
    }
    if (!policy.allowLoopback && isThisMachine(address)) {
      throw refused(host, 'is this server itself', 'set video.allowLoopback to allow that');
    }
  }
  return addresses;
}

async function resolve(host: string): Promise<readonly string[]> {
  const bare = host.split('%')[0] ?? '';
  if (isIP(bare) !== 0) return [bare];
  try {
    // As ffmpeg asks: by getaddrinfo, which also knows /etc/hosts and 127.1 and 0x7f000001.
    return (await lookup(host, { all: true })).map(({ address }) => address.split('%')[0] ?? address);
  } catch (cause) {
    throw new SurgicamError('unavailable', `the host '${host}' has no address; check its name`, { cause });
  }
}

function matches(host: string, pattern: string): boolean {
  const [name, wanted] = [host.toLowerCase(), pattern.toLowerCase()];
  return wanted.startsWith('*.') ? name.endsWith(wanted.slice(1)) : name === wanted;
}

function isThisMachine(address: string): boolean {
  if (isIn(LOOPBACK, address)) return true;
  const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return own.some((each) => each.address === plain);
}

function isIn(list: BlockList, address: string): boolean {
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4'); // it sees IPv4 inside IPv6 by itself
}

function blockList(...networks: readonly [string, number, 'ipv4' | 'ipv6'][]): BlockList {
  const list = new BlockList();
  for (const [network, prefix, family] of networks) list.addSubnet(network, prefix, family);
  return list;
}

function refused(host: string, why: string, remedy: string): SurgicamError {
  return new SurgicamError('permission_denied', `source.uri: the host '${host}' ${why}; ${remedy}`);
}
