import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AnalysisServiceService, SubscribeRequest } from '../../src/rpc/gen/surgicam/v1/analysis_service.js';
import {
  CreateFeedRequest,
  DeleteFeedRequest,
  FeedServiceService,
} from '../../src/rpc/gen/surgicam/v1/feed_service.js';
import { ModelServiceService } from '../../src/rpc/gen/surgicam/v1/model_service.js';
import { PROJECT_ROOT } from '../fixtures/requirements.js';

const GUIDE = readFileSync(join(PROJECT_ROOT, 'docs/api.md'), 'utf8');

const REQUESTS: Readonly<
  Record<string, { fromJSON(json: unknown): unknown; toJSON(message: never): unknown }>
> = {
  'surgicam.v1.FeedService/CreateFeed': CreateFeedRequest,
  'surgicam.v1.FeedService/DeleteFeed': DeleteFeedRequest,
  'surgicam.v1.AnalysisService/Subscribe': SubscribeRequest,
};

const METHODS: readonly string[] = [
  ...Object.values(FeedServiceService),
  ...Object.values(AnalysisServiceService),
  ...Object.values(ModelServiceService),
].map(({ path }) => path.slice(1));

describe('docs/api.md', () => {
  const examples = [...GUIDE.matchAll(/-d '([^']+)' \\\n\s+localhost:50051 (\S+)/g)];

  it('has examples', () => {
    expect(examples.length).toBeGreaterThanOrEqual(4);
  });

  it.each(examples.map((example) => [example[2]!, example[1]!]))('%s takes %s', (method, json) => {
    const type = REQUESTS[method]!;
    const request: unknown = JSON.parse(json);
    // What is misspelt would not come back.
    expect(type.toJSON(type.fromJSON(request) as never)).toMatchObject(request as object);
  });

  it('names every call, and no other', () => {
    const called = [...GUIDE.matchAll(/localhost:50051 (surgicam\.v1\.\S+\/\S+)/g)].map((match) => match[1]!);
    expect(called.filter((method) => !METHODS.includes(method))).toEqual([]);
    const names = METHODS.map((method) => method.split('/')[1]!);
    expect(names.filter((name) => !GUIDE.includes(`\`${name}\``))).toEqual([]);
  });
});
