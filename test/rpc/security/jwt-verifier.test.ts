import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger } from '../../../src/observability/logger.js';
import { JwtVerifier } from '../../../src/rpc/security/jwt-verifier.js';
import { errorOf } from '../../fixtures/errors.js';
import { temporaryFolder } from '../../fixtures/temporary-folder.js';
import { waitUntil } from '../../fixtures/wait-until.js';

const folder = temporaryFolder();
const jwks = join(folder, 'jwks.json');
const ISSUER = 'https://issuer.example';
const options = { jwks, issuer: ISSUER, audience: 'surgicam', clockToleranceMs: 5_000, feedsClaim: 'feeds' };

interface IssuerKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

let key: IssuerKey;
let other: IssuerKey;
let verifier: JwtVerifier | undefined;

async function newKey(kid: string): Promise<IssuerKey> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256' } };
}

beforeAll(async () => {
  key = await newKey('first');
  other = await newKey('second');
});
afterEach(() => verifier?.close());

async function open(): Promise<JwtVerifier> {
  writeFileSync(jwks, JSON.stringify({ keys: [key.jwk] }));
  verifier = await JwtVerifier.open(options, 100, silentLogger());
  return verifier;
}

/** A token that expires in `expiresInS` seconds. */
function token(
  claims: JWTPayload,
  { by = key, expiresInS = 60 }: { readonly by?: IssuerKey; readonly expiresInS?: number } = {},
): Promise<string> {
  return new SignJWT({ sub: 'viewer', iss: ISSUER, aud: 'surgicam', ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: by.kid })
    .setExpirationTime(Math.floor(Date.now() / 1000) + expiresInS)
    .sign(by.privateKey);
}

describe('a JSON Web Token', () => {
  it('says who it is, what he may do and on which feeds', async () => {
    const { verify } = { verify: (text: string) => verifier!.verify(text) };
    await open();
    expect(await verify(await token({ scope: 'openid feed:read model:read' }))).toEqual({
      subject: 'viewer',
      scopes: ['feed:read', 'model:read'],
    });
    expect(await verify(await token({ scp: ['feed:write'], feeds: ['or-1'] }))).toEqual({
      subject: 'viewer',
      scopes: ['feed:write'],
      feeds: ['or-1'],
    });
    expect(await verify(await token({}))).toEqual({ subject: 'viewer', scopes: [] });
  });

  it('is not valid when anything of it is wrong', async () => {
    await open();
    const unsigned = [{ alg: 'none' }, { sub: 'viewer', iss: ISSUER, aud: 'surgicam', exp: 9e9 }]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const byText = await new SignJWT({ sub: 'viewer', iss: ISSUER, aud: 'surgicam', exp: 9e9 })
      .setProtectedHeader({ alg: 'HS256', kid: 'first' })
      .sign(Buffer.from(JSON.stringify(key.jwk)));
    const wrong = [
      await token({ iss: 'https://other.example' }),
      await token({ aud: 'other' }),
      await token({}, { expiresInS: -30 }),
      await token({ nbf: Math.floor(Date.now() / 1000) + 30 }),
      await token({}, { by: { ...other, kid: 'first' } }),
      await token({}, { by: other }),
      await token({ sub: '' }),
      await token({ feeds: 'or-1' }),
      `${unsigned}.`,
      byText,
      'a.b.c',
      'nothing',
    ];
    for (const text of wrong) expect([text, await verifier!.verify(text)]).toEqual([text, undefined]);
  });

  it('may have expired by as much as clocks differ', async () => {
    await open();
    expect(await verifier!.verify(await token({}, { expiresInS: -2 }))).toMatchObject({ subject: 'viewer' });
  });
});

describe('the keys of the issuer', () => {
  it('may be replaced in their file', async () => {
    await open();
    const later = await token({}, { by: other });
    expect(await verifier!.verify(later)).toBeUndefined();
    writeFileSync(jwks, JSON.stringify({ keys: [other.jwk] }));
    await waitUntil(async () => (await verifier!.verify(later)) !== undefined, 'the new key');
    expect(await verifier!.verify(await token({}))).toBeUndefined();
  });

  it('are fetched from an https URL, and are no verdict on a token when they cannot be had', async () => {
    const url = 'https://issuer.example/jwks';
    const fetched: string[] = [];
    let isDown = false;
    const fetch = (from: string) => {
      fetched.push(from);
      if (isDown) return Promise.reject(new TypeError('fetch failed'));
      return Promise.resolve(Response.json({ keys: [key.jwk] }));
    };
    const remote = () => JwtVerifier.open({ ...options, jwks: url }, 100, silentLogger(), fetch);
    expect(await (await remote()).verify(await token({}))).toMatchObject({ subject: 'viewer' });
    expect(fetched).toEqual([url]);
    isDown = true;
    const verifierOfNone = await remote();
    const error = await errorOf(async () => verifierOfNone.verify(await token({})));
    expect([error.code, error.message]).toEqual([
      'unavailable',
      'credentials cannot be checked at the moment; try again',
    ]);
  });
});
