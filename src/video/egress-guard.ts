import { allowedAddresses, sourceHost, type AddressPolicy } from './address-policy.js';
import { startEgressProxy, type EgressProxy } from './egress-proxy.js';
import type { SourceUri } from './source-uri.js';

/** Variables by which ffmpeg would find another way out. */
export const PROXY_VARIABLES = ['http_proxy', 'no_proxy', 'HTTP_PROXY', 'NO_PROXY'];

/**
 * Refuses a source whose host may not be opened. For HTTP, gives the proxy that ffmpeg has to use, so that what the
 * source leads to is checked as well; not where the environment names a proxy already, which then decides.
 *
 * @throws SurgicamError `permission_denied`, or `unavailable` for a host without an address.
 */
export async function guardEgress(
  source: SourceUri,
  policy: AddressPolicy | undefined,
): Promise<EgressProxy | undefined> {
  const host = sourceHost(source);
  if (policy === undefined || host === undefined) return undefined;
  await allowedAddresses(host, policy);
  const named = process.env.http_proxy ?? '';
  return source.kind === 'http' && named === '' ? startEgressProxy(policy) : undefined;
}
