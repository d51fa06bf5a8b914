import type { Command } from 'commander';
import { ModelReloadOutcome, type ModelReload } from '../../rpc/gen/surgicam/v1/model_service.js';
import { connect, withConnectionFlags, type ConnectionFlags } from '../client/service-client.js';
import { unary } from '../client/unary.js';
import { printable } from '../terminal/printable.js';
import { modelGroup } from './model-group.js';

/** `surgicam model reload`: a running service looks at its model folders again. Exit code 1 where a package failed. */
export function registerModelReload(program: Command): void {
  const command = modelGroup(program)
    .command('reload')
    .description('have a running service take up new and changed model packages');
  withConnectionFlags(command).action(async (flags: ConnectionFlags) => {
    const client = await connect(flags);
    try {
      const { models } = await unary(client.address, client.models.reloadModels.bind(client.models), {});
      for (const reload of models) console.log(reloadLine(reload));
      if (models.some(({ outcome }) => outcome === ModelReloadOutcome.FAILED)) process.exitCode = 1;
    } finally {
      client.close();
    }
  });
}

const OUTCOMES: Partial<Record<ModelReloadOutcome, string>> = {
  [ModelReloadOutcome.ADDED]: 'added',
  [ModelReloadOutcome.REPLACED]: 'replaced',
  [ModelReloadOutcome.UNCHANGED]: 'unchanged',
  [ModelReloadOutcome.KEPT]: 'kept',
  [ModelReloadOutcome.REMOVED]: 'removed',
  [ModelReloadOutcome.FAILED]: 'FAILED',
};

function reloadLine({ modelName, outcome, version, previousVersion, reason, feedIds }: ModelReload): string {
  const versions = [previousVersion, version].filter((text) => text !== '').join(' -> ');
  const feeds = feedIds.length === 0 ? '' : ` (feeds: ${feedIds.join(', ')})`;
  const why = reason === '' ? '' : `: ${reason}`;
  return printable(`${modelName}  ${OUTCOMES[outcome] ?? 'unknown'}  ${versions}${feeds}${why}`);
}
