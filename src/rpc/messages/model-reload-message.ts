import type { ModelReload as Reload, ReloadOutcome } from '../../feeds/model-reload.js';
import { publicText } from '../errors/public-text.js';
import { ModelReloadOutcome, type ModelReload } from '../gen/surgicam/v1/model_service.js';

const OUTCOMES: Readonly<Record<ReloadOutcome, ModelReloadOutcome>> = {
  added: ModelReloadOutcome.ADDED,
  replaced: ModelReloadOutcome.REPLACED,
  unchanged: ModelReloadOutcome.UNCHANGED,
  kept: ModelReloadOutcome.KEPT,
  removed: ModelReloadOutcome.REMOVED,
  failed: ModelReloadOutcome.FAILED,
};

export function toModelReload(reload: Reload): ModelReload {
  const { name, outcome, version = '', previousVersion = '', reason = '', feedIds } = reload;
  return {
    modelName: name,
    outcome: OUTCOMES[outcome],
    version,
    previousVersion,
    reason: publicText(reason),
    feedIds: [...feedIds],
  };
}
