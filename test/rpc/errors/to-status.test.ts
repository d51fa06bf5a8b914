import { status } from '@grpc/grpc-js';
import { describe, expect, it } from '@jest/globals';
import { SurgicamError } from '../../../src/domain/errors.js';
import { isDefect, toStatus } from '../../../src/rpc/errors/to-status.js';
import { decodeDetails } from '../../fixtures/error-details.js';

describe('toStatus', () => {
  it('names the bad field in BadRequest', () => {
    const { code, details, metadata } = toStatus(SurgicamError.invalidField('max_rate', -1, 'above 0'));
    expect(code).toBe(status.INVALID_ARGUMENT);
    expect(details).toBe('max_rate is -1; allowed: above 0');
    expect(decodeDetails(metadata)).toMatchObject({
      code: status.INVALID_ARGUMENT,
      message: details,
      badRequest: { fieldViolations: [{ field: 'max_rate', description: details }] },
    });
  });

  it('names the missing thing in ResourceInfo', () => {
    const { code, metadata } = toStatus(SurgicamError.notFound('feed', 'or-1', 'feeds: or-2'));
    expect(code).toBe(status.NOT_FOUND);
    expect(decodeDetails(metadata).resourceInfo).toMatchObject({
      resourceType: 'feed',
      resourceName: 'or-1',
      description: "there is no feed named 'or-1'; feeds: or-2",
    });
  });

  it('says when to try again, by default after a second', () => {
    const exact = new SurgicamError('resource_exhausted', 'full', { retryAfterMs: 2500 });
    expect(decodeDetails(toStatus(exact).metadata).retryInfo?.retryDelay).toMatchObject({
      seconds: 2,
      nanos: 500_000_000,
    });
    const standard = toStatus(new SurgicamError('unavailable', 'later'));
    expect(decodeDetails(standard.metadata).retryInfo?.retryDelay).toMatchObject({ seconds: 1, nanos: 0 });
  });

  it.each([
    ['an unexpected error', new Error('at Object.<anonymous> (/srv/app/secret.js:1:2)')],
    ['an internal error', new SurgicamError('internal', 'password hunter2 in /etc/shadow')],
    ['a thrown text', 'hunter2'],
  ])('gives one fixed text for %s', (_name, thrown) => {
    const answer = toStatus(thrown);
    expect(answer.code).toBe(status.INTERNAL);
    expect(answer.details).toBe('internal error; the server log has the details');
    expect(decodeDetails(answer.metadata).message).toBe(answer.details);
    expect(isDefect(thrown)).toBe(true);
  });

  it('takes credentials and folders out of every text, in the details as well', () => {
    const text = 'cannot open rtsp://surgeon:hunter2@cam.local/1 for /var/lib/surgicam/clip.mp4';
    const thrown = new SurgicamError('invalid_argument', text, {
      violations: [{ field: 'source.uri', description: text }],
      resource: { type: 'file', name: '/var/lib/surgicam/clip.mp4' },
    });
    const { details, metadata } = toStatus(thrown);
    const decoded = decodeDetails(metadata);
    for (const shown of [details, JSON.stringify(decoded)]) {
      expect(shown).not.toContain('hunter2');
      expect(shown).not.toContain('/var/lib');
      expect(shown).toContain('cam.local');
      expect(shown).toContain('clip.mp4');
    }
    expect(isDefect(thrown)).toBe(false);
  });
});
