import { z } from 'zod';
import { SCOPES } from '../domain/access.js';
import { flag, oneOf, optionalText, text, whole } from './fields.js';

/** Default of `server.port`, where clients look too unless told otherwise. */
export const DEFAULT_PORT = 50_051;

const DAY_MS = 86_400_000;

/** Where the service listens, how it ends, and what clients may ask of it at a time. */
export const server = z.strictObject({
  host: text('a host name or address')
    .default('127.0.0.1')
    .describe('Address to listen on. Beyond loopback both TLS and authentication are needed, or insecure.'),
  port: whole(0, 65_535).default(DEFAULT_PORT).describe('Port to listen on. 0 lets the system choose.'),
  insecure: flag().default(false).describe('Serve beyond loopback without TLS or without authentication.'),
  tlsCertificateFile: optionalText('a PEM file')
    .default(null)
    .describe("PEM file of the server's certificate, with those between it and the authority's."),
  tlsKeyFile: optionalText('a PEM file')
    .default(null)
    .describe("PEM file of the certificate's key; both, or null for no TLS."),
  tlsClientCaFile: optionalText('a PEM file')
    .default(null)
    .describe("PEM file of the authority of the clients' certificates; null asks no client for one."),
  tlsClientCertificates: oneOf(['required', 'optional'])
    .default('required')
    .describe('Whether a client without a certificate may connect, where tlsClientCaFile is given.'),
  reloadMs: whole(100, DAY_MS)
    .default(10_000)
    .describe(
      'How often the files of certificates, keys and tokens are looked at for changes, milliseconds; new connections and calls use them.',
    ),
  drainDeadlineMs: whole(0, 600_000)
    .default(5_000)
    .describe('At shutdown: how long calls may take to end by themselves, milliseconds.'),
  drainGraceMs: whole(0, 60_000)
    .default(500)
    .describe(
      'At shutdown, after that: how long a health watcher or a reflection call may hold up the end, milliseconds.',
    ),
  maxSubscriptions: whole(1, 100_000).default(64).describe('Most subscriptions over all connections.'),
  maxSubscriptionsPerFeed: whole(1, 100_000).default(64).describe('Most subscriptions to one feed.'),
  maxAnnotationRate: whole(1, 1_000)
    .default(10)
    .describe('Most annotations of one subscription per second, and as many at once.'),
  maxImageCalls: whole(1, 1_000).default(8).describe('Most pictures being analysed over all connections.'),
  maxPushCalls: whole(1, 1_000).default(16).describe('Most producers that send video, over all connections.'),
  maxPushMegabytesPerSecond: whole(1, 100_000)
    .default(400)
    .describe('A producer that sends more in a second is held back, megabytes.'),
  maxPushIdleMs: whole(100, DAY_MS)
    .default(60_000)
    .describe('A producer that sends nothing for so long loses its call, milliseconds.'),
  maxStreamsPerConnection: whole(1, 100_000)
    .default(128)
    .describe('Most calls in progress on one connection; more wait at the client.'),
  maxRequestMegabytes: whole(1, 1_024)
    .default(16)
    .describe('Greatest request, megabytes: bounds the pictures that clients send.'),
  maxResponseMegabytes: whole(1, 1_024)
    .default(32)
    .describe('Greatest response, megabytes: full-size float heatmaps of 11 classes are 3.6.'),
  keepaliveMs: whole(100, DAY_MS)
    .default(20_000)
    .describe('A client is asked so often whether it is still there, milliseconds.'),
  keepaliveTimeoutMs: whole(100, 600_000)
    .default(10_000)
    .describe('Its connection is closed when the answer takes longer, milliseconds.'),
  channelz: flag()
    .default(false)
    .describe('Serve grpc.channelz.v1, which shows connections and calls, to callers with the scope admin.'),
  maxConnectionIdleMs: whole(0, DAY_MS)
    .default(300_000)
    .describe('A connection without a call is closed after so long, milliseconds. 0: never.'),
  maxConnectionAgeMs: whole(0, DAY_MS)
    .default(0)
    .describe(
      'A connection takes no new calls after so long, milliseconds, and those on it end with the next keepalive at the latest; clients open another. 0: never.',
    ),
});

/** Whom the service believes. With none of it nobody is asked who he is, and anybody may do anything. */
export const auth = z.strictObject({
  tokensFile: optionalText('a file')
    .default(null)
    .describe("File with a line for each bearer token, as 'surgicam token new' prints them; null for none."),
  jwks: optionalText('a file or an https URL')
    .default(null)
    .describe('JSON Web Key Set of the issuer of JSON Web Tokens, a file or an https URL; null for none.'),
  jwtIssuer: optionalText('a text').default(null).describe('What the claim iss must be. Needed with jwks.'),
  jwtAudience: optionalText('a text')
    .default(null)
    .describe('What the claim aud must be or contain. Needed with jwks.'),
  jwtClockToleranceMs: whole(0, 600_000)
    .default(30_000)
    .describe('How far the clocks of the issuer and of this machine may be apart, milliseconds.'),
  jwtFeedsClaim: text('the name of a claim')
    .default('surgicam_feeds')
    .describe('The claim with the ids of the feeds that a token covers; a token without it covers all.'),
  clientCertificateScopes: z
    .array(oneOf(SCOPES), { error: `a list of ${SCOPES.join(', ')}` })
    .default([])
    .describe(
      'What a verified client certificate entitles to by itself. Empty: nothing, it is only a name in the audit.',
    ),
});
