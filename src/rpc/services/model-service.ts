import { SurgicamError } from '../../domain/errors.js';
import type { ModelServiceServer } from '../gen/surgicam/v1/model_service.js';
import { unary, type CallScope } from '../calls/handlers.js';
import { toModelReload } from '../messages/model-reload-message.js';
import type { ReloaderPort } from '../ports.js';
import type { ModelDirectory } from './model-directory.js';

/** If `reloader` is absent, the models are fixed. */
export function createModelService(
  scope: CallScope,
  models: ModelDirectory,
  reloader?: ReloaderPort,
): ModelServiceServer {
  return {
    listModels: unary(scope, () => ({ models: models.list(), defaultModelName: models.defaultName })),
    getModel: unary(scope, ({ modelName }) => ({
      model: models.describe(models.find(modelName)),
    })),
    reloadModels: unary(scope, (_request, caller) =>
      scope.audit.watch(caller, { action: 'ReloadModels' }, async () => {
        if (reloader === undefined) {
          throw new SurgicamError('unimplemented', 'the models of this server are fixed');
        }
        return { models: (await reloader.reload()).map(toModelReload) };
      }),
    ),
  };
}
