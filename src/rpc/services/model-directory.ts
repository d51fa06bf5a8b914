import type { ModelDescription } from '../../domain/model-description.js';
import type { LoadedModel } from '../../inference/loaded-model.js';
import type { ModelPackage } from '../../models/model-package.js';
import type { Model } from '../gen/surgicam/v1/model.js';
import { toModelMessage } from '../messages/model-message.js';
import type { EnginePort, ModelsPort } from '../ports.js';

/** The server's models as the services see them: by name, with a default and with how they are being run. */
export class ModelDirectory {
  constructor(
    private readonly models: ModelsPort,
    private readonly engine: EnginePort,
    private readonly configuredDefault: string | undefined,
  ) {}

  /** Model of a request that names none: the configured one, else the first by name; empty when there is none. */
  get defaultName(): string {
    return this.configuredDefault ?? this.models.list()[0]?.description.name ?? '';
  }

  /** The name of the model that a request means by this one; there need not be such a model. */
  nameOf(name: string): string {
    return name === '' ? this.defaultName : name;
  }

  /** The package of a name, the default's when it is empty. Error: not_found, naming the models that exist. */
  find(name: string): ModelPackage {
    return this.models.get(this.nameOf(name));
  }

  /** The model of a name, loaded, as it is when that is done: it may be reloaded meanwhile. */
  async load(name: string): Promise<LoadedModel> {
    for (;;) {
      const pkg = this.find(name);
      const isCurrent = (): boolean => this.find(name) === pkg;
      try {
        const loaded = await this.engine.load(pkg);
        if (isCurrent()) return loaded;
        this.engine.retire(loaded);
      } catch (error) {
        if (isCurrent()) throw error;
      }
    }
  }

  list(): Model[] {
    return this.models.list().map((pkg) => this.describe(pkg));
  }

  describe(pkg: ModelPackage): Model {
    return toModelMessage(
      pkg,
      this.engine.models().find((model) => model.pkg === pkg),
    );
  }

  /** A model that feeds are analysed with, even where another package has its name by now, or none. */
  describeInUse(description: ModelDescription): Model {
    const inUse = this.engine.models().find((model) => model.description === description);
    return inUse === undefined
      ? this.describe(this.find(description.name))
      : toModelMessage(inUse.pkg, inUse);
  }
}
