import type { KeyedRecipe } from '../../domain/analysis-recipe.js';
import type { InferenceEngine } from '../../inference/inference-engine.js';
import type { LoadedModel } from '../../inference/loaded-model.js';
import type { AnalysisInput } from '../analyze/analysis-input.js';
import type { DecodeOptions } from './read-frame.js';

/** What drawing one frame and drawing a film have in common. */
export interface VisualizeContext {
  readonly input: AnalysisInput;
  /** As a person knows it: the file's name. */
  readonly name: string;
  readonly engine: InferenceEngine;
  readonly model: LoadedModel;
  readonly recipe: KeyedRecipe;
  readonly decode: DecodeOptions;
  /** The file to write. */
  readonly out: string;
  /** Only this class is drawn. If absent, all present ones. */
  readonly classId?: number;
}
