import type { Observable, OperatorFunction } from 'rxjs';
import type { KeyedRecipe } from '../domain/analysis-recipe.js';
import type { FeedSettings, FeedSnapshot, Pacing } from '../domain/feed.js';
import type { AnalyzedFrame, FrameAnalysis } from '../domain/frame-analysis.js';
import type { ModelDescription } from '../domain/model-description.js';
import type { VideoFrame } from '../domain/video-frame.js';
import type { ModelPackage } from '../models/model-package.js';

/** What the services need of the feeds. */
export interface FeedsPort {
  create(settings: FeedSettings): Promise<FeedPort>;
  get(id: string): FeedPort;
  list(): readonly FeedPort[];
  delete(id: string): Promise<void>;
  changes(): Observable<{
    readonly kind: 'created' | 'state' | 'deleted';
    readonly snapshot: FeedSnapshot;
  }>;
}

export interface FeedPort {
  readonly id: string;
  readonly model: ModelDescription;
  snapshot(): FeedSnapshot;
  subscribe(options: {
    readonly recipe: KeyedRecipe;
    readonly delivery: 'latest' | 'every_frame';
    readonly resumeAfterSequence?: number;
  }): SubscriptionPort;
}

export interface SubscriptionPort {
  poll(): ItemPort | undefined;
  onItem(listener: () => void): () => void;
  update(recipe: KeyedRecipe): void;
  close(): void;
  readonly skipped: number;
}

export interface GapPort {
  readonly kind: 'gap';
  readonly fromSequence: number;
  readonly toSequence: number;
  readonly reason: string;
}

export type ItemPort =
  | { readonly kind: 'analysis'; readonly analysis: FrameAnalysis }
  | GapPort
  | { readonly kind: 'state'; readonly snapshot: FeedSnapshot }
  | { readonly kind: 'closed' };

/** What the services need of the engine. */
export interface EnginePort {
  load(pkg: ModelPackage): Promise<LoadedModelPort>;
  /** The model of that name if it has been loaded. */
  loaded(name: string): LoadedModelPort | undefined;
  analyze(lane: {
    readonly model: LoadedModelPort;
    readonly pacing: Pacing;
    readonly recipes: () => readonly KeyedRecipe[];
  }): OperatorFunction<VideoFrame, AnalyzedFrame>;
}

export interface LoadedModelPort {
  readonly pkg: ModelPackage;
  readonly description: ModelDescription;
  readonly provider: string;
  readonly fallbackReason?: string;
}
