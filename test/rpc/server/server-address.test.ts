import { describe, expect, it } from '@jest/globals';
import { formatAddress } from '../../../src/rpc/server/server-address.js';

describe('formatAddress', () => {
  it('brackets IPv6', () => {
    expect(formatAddress({ host: '::1', port: 1 })).toBe('[::1]:1');
    expect(formatAddress({ host: 'localhost', port: 2 })).toBe('localhost:2');
  });
});
