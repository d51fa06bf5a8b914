import { describe, expect, it } from '@jest/globals';
import { loadContract } from '../../../src/rpc/server/proto-files.js';
import { admissionOf, METHOD_SCOPES } from '../../../src/rpc/security/method-scopes.js';

/** Paths of all methods of the contract, health included. */
const paths = Object.values(loadContract()).flatMap((definition) =>
  'format' in definition
    ? []
    : Object.values(definition).flatMap((method) => ('path' in method ? [method.path] : [])),
);

describe('the table of methods', () => {
  it('has an entry for every method of the contract', () => {
    expect(paths.length).toBeGreaterThan(8);
    expect(paths.filter((path) => !METHOD_SCOPES.has(path))).toEqual([]);
  });

  it('opens health alone', () => {
    const open = [...METHOD_SCOPES].flatMap(([path, admission]) => (admission === 'open' ? [path] : []));
    expect(open.filter((path) => !path.startsWith('/grpc.health.v1.Health/'))).toEqual([]);
  });

  it('leaves what it does not know to administrators', () => {
    expect(admissionOf('/surgicam.v1.FeedService/Forgotten')).toBe('admin');
  });
});
