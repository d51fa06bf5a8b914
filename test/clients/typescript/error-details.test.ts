import { describe, expect, it } from '@jest/globals';
import { readErrorDetails } from '../../../clients/typescript/src/calls/error-details.js';
import { encodeStatus } from '../../../src/rpc/errors/google-rpc-details.js';

describe('error details', () => {
  it('are read as the service writes them', () => {
    const violations = [
      { field: 'configure.max_rate', description: '-1; allowed: above 0' },
      { field: 'configure.delivery', description: '' },
    ];
    const bytes = encodeStatus(3, 'bad', [
      { kind: 'bad_request', violations },
      { kind: 'resource_info', type: 'feed', name: 'or-1', description: 'gone' },
      { kind: 'retry_info', delayMs: 1500.25 },
      { kind: 'error_info', reason: 'SCOPE_MISSING', facts: { scope: 'feed:read', feed: 'or-1' } },
    ]);
    expect(readErrorDetails(bytes)).toEqual({
      fieldViolations: violations,
      resource: { type: 'feed', name: 'or-1' },
      retryDelayMs: 1500.25,
      reason: { name: 'SCOPE_MISSING', facts: { scope: 'feed:read', feed: 'or-1' } },
    });
  });

  it('that are cut short keep what was whole, and unknown ones are passed over', () => {
    const bytes = encodeStatus(5, 'gone', [
      { kind: 'resource_info', type: 'feed', name: 'or-1', description: '' },
      { kind: 'retry_info', delayMs: 1000 },
    ]);
    expect(readErrorDetails(bytes.subarray(0, -3))).toEqual({
      fieldViolations: [],
      resource: { type: 'feed', name: 'or-1' },
    });
    expect(readErrorDetails(Uint8Array.of(255))).toEqual({ fieldViolations: [] });
  });
});
