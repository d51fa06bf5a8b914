import { describe, expect, it } from '@jest/globals';
import { Delivery, SubscriptionConfiguration } from '../../../src/rpc/gen/surgicam/v1/analysis_service.js';
import { checkConfiguration, checkReconfiguration } from '../../../src/rpc/subscription/configuration.js';
import { errorOf } from '../../fixtures/errors.js';
import { SAMPLE_MODEL } from '../../fixtures/sample-model.js';

type Message = Parameters<typeof SubscriptionConfiguration.fromPartial>[0];
const check = (message: Message) =>
  checkConfiguration(SubscriptionConfiguration.fromPartial({ feedId: 'or-1', ...message }), SAMPLE_MODEL);

describe('checkConfiguration', () => {
  it('takes the newest analyses, all of them, unless told otherwise', () => {
    const { recipe, ...rest } = check({});
    expect(rest).toEqual({ float16: false, delivery: 'latest' });
    expect(recipe.recipe.boxes).toBe(false);
  });

  it('translates every choice', () => {
    const message = {
      maxRate: 2.5,
      stalenessBudgetMs: 120,
      delivery: Delivery.EVERY_FRAME,
      resumeAfterSequence: 0n,
      outputs: { regionFeatures: { float16: true } },
    };
    expect(check(message)).toMatchObject({
      maxRate: 2.5,
      stalenessBudgetMs: 120,
      delivery: 'every_frame',
      resumeAfterSequence: 0,
      float16: true,
    });
  });

  it.each<[string, Message]>([
    ['configure.max_rate', { maxRate: 0 }],
    ['configure.max_rate', { maxRate: 1001 }],
    ['configure.max_rate', { maxRate: NaN }],
    ['configure.staleness_budget_ms', { stalenessBudgetMs: 0 }],
    ['configure.delivery', { delivery: Delivery.UNRECOGNIZED }],
    ['configure.resume_after_sequence', { resumeAfterSequence: 2n ** 60n }],
    ['configure.thresholds.class_threshold', { thresholds: { classThreshold: 2 } }],
  ])('refuses a bad %s', async (field, message) => {
    const error = await errorOf(() => check(message));
    expect(error.violations.map((violation) => violation.field)).toEqual([field]);
  });
});

describe('checkReconfiguration', () => {
  const recheck = (message: Message) =>
    checkReconfiguration(
      SubscriptionConfiguration.fromPartial({ feedId: 'or-1', ...message }),
      'or-1',
      'every_frame',
    );

  it('lets the rest change', () => {
    expect(() => recheck({ maxRate: 1 })).not.toThrow();
    expect(() => recheck({ delivery: Delivery.EVERY_FRAME })).not.toThrow();
  });

  it.each<[string, Message]>([
    ['configure.feed_id', { feedId: 'or-2' }],
    ['configure.delivery', { delivery: Delivery.LATEST }],
    ['configure.resume_after_sequence', { resumeAfterSequence: 1n }],
  ])('holds %s fixed', async (field, message) => {
    const error = await errorOf(() => recheck(message));
    expect(error.violations.map((violation) => violation.field)).toEqual([field]);
  });
});
