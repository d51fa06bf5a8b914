export { connect, type ImageOptions, type ModelList, type SurgicamClient } from './client.js';
export type { ConnectOptions, TlsOptions } from './connection.js';
export type { RequestOptions } from './calls/unary.js';
export type { HealthStatus } from './calls/health-client.js';
export type {
  AnalysisWish,
  CamMethodName,
  FeaturePoolingName,
  FeatureVariantName,
  HeatmapEncodingName,
} from './analysis-options.js';
export type { FeedChange, Feeds, NewFeed } from './feeds.js';
export type { PushFormatName, PushOptions } from './push/options.js';
export type { PushedVideo, VideoChunk } from './push/pushed-video.js';
export type { Subscription } from './subscription/subscription.js';
export type { GapReasonName, SubscriptionEvent } from './subscription/events.js';
export type { ReconnectOptions, Reconfiguration, SubscribeOptions } from './subscription/options.js';
export type { BackoffOptions } from './subscription/backoff.js';
export type { AnnotationContent } from './subscription/annotation.js';
export {
  AlreadyExistsError,
  CancelledError,
  DeadlineExceededError,
  FailedPreconditionError,
  InvalidArgumentError,
  NotFoundError,
  PermissionDeniedError,
  ResourceExhaustedError,
  SurgicamError,
  UnauthenticatedError,
  UnavailableError,
  UnimplementedError,
  type ErrorCode,
  type ErrorFacts,
  type FieldViolation,
} from './errors.js';
export {
  FeatureVariant,
  FrameAnalysis,
  FrameDropReason,
  HeatmapEncoding,
  type ClassScore,
  type Detection,
  type Heatmap,
  type NormalizedBox,
  type PixelBox,
  type RegionFeature,
} from '../../../src/rpc/gen/surgicam/v1/analysis.js';
export type {
  Annotation,
  AnnotationReceipt,
  Heartbeat,
  SkippedAnalyses,
  Started,
} from '../../../src/rpc/gen/surgicam/v1/analysis_service.js';
export { FeedState, Pacing, type Feed, type FeedStatus } from '../../../src/rpc/gen/surgicam/v1/feed.js';
export { ExecutionProvider, Precision, type Model } from '../../../src/rpc/gen/surgicam/v1/model.js';
