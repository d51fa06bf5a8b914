import type { Scope } from '../../domain/access.js';

/** `open`: no credentials are asked for. */
export type Admission = Scope | 'open';

/**
 * What each method asks for, where the service asks at all. Work for the models counts as writing. Health is open, as
 * probes and balancers carry no credentials; reflection would show a stranger around and serves none but operators.
 */
export const METHOD_SCOPES: ReadonlyMap<string, Admission> = new Map<string, Admission>([
  ['/surgicam.v1.FeedService/CreateFeed', 'feed:write'],
  ['/surgicam.v1.FeedService/GetFeed', 'feed:read'],
  ['/surgicam.v1.FeedService/ListFeeds', 'feed:read'],
  ['/surgicam.v1.FeedService/DeleteFeed', 'feed:write'],
  ['/surgicam.v1.FeedService/WatchFeeds', 'feed:read'],
  ['/surgicam.v1.AnalysisService/Subscribe', 'feed:read'],
  ['/surgicam.v1.AnalysisService/AnalyzeImage', 'feed:write'],
  ['/surgicam.v1.AnalysisService/AnalyzeStream', 'feed:write'],
  ['/surgicam.v1.ModelService/ListModels', 'model:read'],
  ['/surgicam.v1.ModelService/GetModel', 'model:read'],
  ['/surgicam.v1.ModelService/ReloadModels', 'admin'],
  ['/grpc.health.v1.Health/Check', 'open'],
  ['/grpc.health.v1.Health/Watch', 'open'],
  ['/grpc.health.v1.Health/List', 'open'],
  ['/grpc.reflection.v1.ServerReflection/ServerReflectionInfo', 'admin'],
  ['/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo', 'admin'],
]);

/** A method that the table forgot is for nobody but administrators. */
export function admissionOf(path: string): Admission {
  return METHOD_SCOPES.get(path) ?? 'admin';
}
