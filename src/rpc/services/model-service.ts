import type { ModelServiceServer } from '../gen/surgicam/v1/model_service.js';
import { unary, type CallScope } from '../calls/handlers.js';
import type { ModelDirectory } from './model-directory.js';

export function createModelService(scope: CallScope, models: ModelDirectory): ModelServiceServer {
  return {
    listModels: unary(scope, () => ({ models: models.list(), defaultModelName: models.defaultName })),
    getModel: unary(scope, ({ modelName }) => ({
      model: models.describe(models.find(modelName)),
    })),
  };
}
