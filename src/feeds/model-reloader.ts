import path from 'node:path';
import { SurgicamError } from '../domain/errors.js';
import type { InferenceEngine } from '../inference/inference-engine.js';
import type { LoadedModel } from '../inference/loaded-model.js';
import { modelDifference } from '../models/model-difference.js';
import type { ModelPackage } from '../models/model-package.js';
import type { ModelRepository } from '../models/model-repository.js';
import type { Logger } from '../observability/logger.js';
import type { FeedRegistry } from './feed-registry.js';
import { samePackage, type ModelReload } from './model-reload.js';

export interface ModelReloaderOptions {
  readonly repository: ModelRepository;
  readonly engine: Pick<InferenceEngine, 'load' | 'retire' | 'models'>;
  readonly feeds: Pick<FeedRegistry, 'using' | 'replaceModel'>;
  /** The model of requests that name none: it stays, whatever becomes of its folder. */
  readonly defaultModel: string;
  /** The first load of the default model. */
  readonly warmUp: Promise<unknown>;
  readonly logger: Logger;
}

/**
 * Brings the models that are served in line with what the model folders hold now. A changed package is loaded and run
 * beside the old one, then the feeds go over between two batches: no subscription ends and no frame is lost.
 */
export class ModelReloader {
  /** Nothing is reloaded before it is settled. */
  private last: Promise<unknown>;

  constructor(private readonly options: ModelReloaderOptions) {
    this.last = options.warmUp.catch(() => undefined); // whoever serves by it says so
  }

  /**
   * What became of every model, by ascending name. Calls are served one after the other. Error: not_found when a model
   * folder is missing; nothing is changed then.
   */
  reload(): Promise<readonly ModelReload[]> {
    const reloading = this.last.then(() => this.reloadNow());
    this.last = reloading.catch(() => undefined);
    return reloading;
  }

  private async reloadNow(): Promise<readonly ModelReload[]> {
    const { repository, logger } = this.options;
    const before = new Map(repository.list().map((pkg) => [pkg.manifest.name, pkg]));
    const { packages, broken } = await repository.scan();
    const results: ModelReload[] = [];
    const seen = new Set<string>();
    for (const { directory, error } of broken) {
      const old = [...before.values()].find((pkg) => pkg.directory === directory);
      const name = old?.manifest.name ?? path.basename(directory);
      seen.add(name);
      results.push(failed(name, error.message, old));
    }
    for (const pkg of packages) {
      const { name } = pkg.manifest;
      if (seen.has(name)) {
        results.push(failed(name, 'two model packages have this name; rename one of them', before.get(name)));
        continue;
      }
      seen.add(name);
      results.push(await this.take(pkg, before.get(name)));
    }
    for (const [name, old] of before) if (!seen.has(name)) results.push(this.giveUp(old));
    for (const { outcome, ...fields } of results) {
      if (outcome === 'failed') logger.warn(fields, 'a model could not be reloaded');
      else if (outcome !== 'unchanged') logger.info({ ...fields, outcome }, 'model reloaded');
    }
    return results.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** A package that is there now, in place of the one that was there before. */
  private async take(pkg: ModelPackage, old: ModelPackage | undefined): Promise<ModelReload> {
    const { engine, feeds, repository, defaultModel } = this.options;
    const { name, version } = pkg.manifest;
    if (old !== undefined && samePackage(old, pkg)) {
      return { name, outcome: 'unchanged', version, feedIds: this.users(old) };
    }
    const refusal = this.refusal(pkg, old);
    if (refusal !== undefined) return refusal;
    let loaded: LoadedModel;
    try {
      loaded = await engine.load(pkg);
    } catch (error) {
      return failed(name, SurgicamError.from(error).message, old);
    }
    // Feeds may have begun meanwhile. From here on to the end nothing comes in between.
    const lateRefusal = this.refusal(pkg, old);
    if (lateRefusal !== undefined) {
      engine.retire(loaded);
      return lateRefusal;
    }
    repository.put(loaded.pkg); // the same content: the engine may have had it already
    const running = old === undefined ? undefined : this.running(old);
    if (running !== undefined) feeds.replaceModel(running, loaded);
    // It was run to see whether it can be; it is kept only where the old one was, or where it may be asked for any time.
    else if (name !== defaultModel) engine.retire(loaded);
    const feedIds = feeds.using(loaded);
    if (old === undefined) return { name, outcome: 'added', version, feedIds };
    return { name, outcome: 'replaced', version, previousVersion: old.manifest.version, feedIds };
  }

  /** Why a package cannot take the place of the old one; undefined where it can. */
  private refusal(pkg: ModelPackage, old: ModelPackage | undefined): ModelReload | undefined {
    if (old === undefined) return undefined;
    const feedIds = this.users(old);
    const difference = modelDifference(old.description, pkg.description);
    if (feedIds.length === 0 || difference.length === 0) return undefined;
    const reason =
      `another ${difference.join(', ')}: feeds that are being analysed cannot go over to it; ` +
      `delete them first, or give it another name: ${feedIds.join(', ')}`;
    return { ...failed(pkg.manifest.name, reason, old), feedIds };
  }

  /** A package that is not there any more. */
  private giveUp(old: ModelPackage): ModelReload {
    const { engine, repository, defaultModel } = this.options;
    const { name, version } = old.manifest;
    const feedIds = this.users(old);
    if (name === defaultModel) {
      const reason = 'it is the default model: it is served as before, and its folder should come back';
      return { name, outcome: 'kept', version, reason, feedIds };
    }
    repository.remove(name);
    const running = this.running(old);
    if (running !== undefined) engine.retire(running);
    if (feedIds.length === 0) return { name, outcome: 'removed', previousVersion: version, feedIds };
    const reason = `its feeds go on with it to their end: ${feedIds.join(', ')}; new ones cannot have it`;
    return { name, outcome: 'kept', version, reason, feedIds };
  }

  private running(pkg: ModelPackage): LoadedModel | undefined {
    return this.options.engine.models().find((model) => model.pkg === pkg);
  }

  private users(pkg: ModelPackage): readonly string[] {
    const running = this.running(pkg);
    return running === undefined ? [] : this.options.feeds.using(running);
  }
}

function failed(name: string, reason: string, old: ModelPackage | undefined): ModelReload {
  const version = old === undefined ? {} : { version: old.manifest.version };
  return { name, outcome: 'failed', ...version, reason, feedIds: [] };
}
