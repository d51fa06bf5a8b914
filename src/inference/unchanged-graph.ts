import { SurgicamError } from '../domain/errors.js';
import { sha256OfFile } from '../models/checksum.js';
import type { LoadRequest } from './worker-messages.js';

/**
 * Makes sure that a graph file is still the one that its package was opened with: a worker that is started again reads it
 * again, and the file may have been replaced since. Error: not_found when it was. One that is not there is not noticed
 * here, but by whoever opens it.
 */
export async function checkUnchanged({ graphPath, graphSha256, description }: LoadRequest): Promise<void> {
  if (graphSha256 === undefined) return;
  const found = await sha256OfFile(graphPath).catch(() => graphSha256);
  if (found === graphSha256) return;
  const { name, version } = description;
  throw new SurgicamError(
    'not_found',
    `the graph of model '${name}' ${version} has been changed on disk; reload the models`,
    { resource: { type: 'model', name } },
  );
}
