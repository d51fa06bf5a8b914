import type { Metadata } from '@grpc/grpc-js';
import { SCOPES, type Scope } from '../../domain/access.js';
import { SurgicamError } from '../../domain/errors.js';

/** Who makes a call. */
export interface Caller {
  /** Name of the token, `sub` of the JWT, or name in the certificate; `anonymous` where nobody asks. */
  readonly subject: string;
  /** How the subject is known. */
  readonly by: 'nobody' | 'token' | 'jwt' | 'certificate';
  /** Name in the verified client certificate, whatever else the caller showed. */
  readonly certificate?: string;
  /** Address and port. */
  readonly peer: string;
  readonly scopes: readonly Scope[];
  /** Ids of the only feeds that the caller may name or see. If absent, all. */
  readonly feeds?: readonly string[];
}

/** A caller of a service that asks nobody who he is. */
export function anonymous(peer: string): Caller {
  return { subject: 'anonymous', by: 'nobody', peer, scopes: SCOPES };
}

export function mayUse({ scopes }: Caller, scope: Scope): boolean {
  return scopes.includes(scope) || scopes.includes('admin');
}

/** Error: permission_denied, naming the scope. */
export function requireScope(caller: Caller, scope: Scope): void {
  if (mayUse(caller, scope)) return;
  throw new SurgicamError('permission_denied', `the credentials do not cover ${scope}`, {
    reason: { name: 'SCOPE_NOT_COVERED', facts: { scope } },
  });
}

export function maySee({ feeds }: Caller, feedId: string): boolean {
  return feeds === undefined || feeds.includes(feedId);
}

/** Error: permission_denied, the same whether the feed exists or not. */
export function requireFeed(caller: Caller, feedId: string): void {
  if (maySee(caller, feedId)) return;
  throw new SurgicamError('permission_denied', `the credentials do not cover the feed '${feedId}'`, {
    resource: { type: 'feed', name: feedId },
    reason: { name: 'FEED_NOT_COVERED', facts: { feed: feedId } },
  });
}

const callers = new WeakMap<Metadata, Caller>();

/** Keeps who makes the call with this metadata. */
export function rememberCaller(metadata: Metadata, caller: Caller): void {
  callers.set(metadata, caller);
}

/** Who makes a call. A call that came past the interceptor is a defect and gets nowhere. */
export function callerOf({ metadata }: { readonly metadata: Metadata }): Caller {
  const caller = callers.get(metadata);
  if (caller === undefined) throw new SurgicamError('internal', 'a call of an unknown caller');
  return caller;
}
