import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { SurgicamError } from '../domain/errors.js';
import { MANIFEST_FILE } from './manifest-schema.js';
import { loadModelPackage, type ModelPackage } from './model-package.js';

/** What the model folders hold now. */
export interface ModelScan {
  readonly packages: readonly ModelPackage[];
  /** Folders with a manifest whose package cannot be opened. */
  readonly broken: readonly { readonly directory: string; readonly error: SurgicamError }[];
}

/** The model packages a process may use, by name. */
export class ModelRepository {
  private constructor(
    private readonly directories: readonly string[],
    private readonly packages: Map<string, ModelPackage>,
  ) {}

  /**
   * Opens every package of the folders: each is a package itself or has packages in its sub-folders. Errors:
   * not_found for a missing folder, already_exists when two packages have one name, and those of loadModelPackage.
   */
  static async open(directories: readonly string[]): Promise<ModelRepository> {
    const packages = new Map<string, ModelPackage>();
    for (const directory of directories) {
      for (const candidate of await packageFolders(directory)) {
        const opened = await loadModelPackage(candidate);
        const { name } = opened.manifest;
        const twin = packages.get(name);
        if (twin !== undefined) {
          throw new SurgicamError(
            'already_exists',
            `two model packages are named '${name}': ${twin.directory} and ${candidate}; rename one of them`,
            { resource: { type: 'model', name } },
          );
        }
        packages.set(name, opened);
      }
    }
    return new ModelRepository(directories, packages);
  }

  /** Looks at the folders again; what may be used stays as it is. Error: not_found for a missing folder. */
  async scan(): Promise<ModelScan> {
    const packages: ModelPackage[] = [];
    const broken: { directory: string; error: SurgicamError }[] = [];
    for (const directory of this.directories) {
      for (const candidate of await packageFolders(directory)) {
        try {
          packages.push(await loadModelPackage(candidate));
        } catch (error) {
          broken.push({ directory: candidate, error: SurgicamError.from(error) });
        }
      }
    }
    return { packages, broken };
  }

  /** From now on this package is the one of its name. */
  put(pkg: ModelPackage): void {
    this.packages.set(pkg.manifest.name, pkg);
  }

  /** From now on there is no model of this name. */
  remove(name: string): void {
    this.packages.delete(name);
  }

  /** By name, ascending. */
  list(): readonly ModelPackage[] {
    return [...this.packages.values()].sort((a, b) => (a.manifest.name < b.manifest.name ? -1 : 1));
  }

  /** Error: not_found, naming the models that exist. */
  get(name: string): ModelPackage {
    const found = this.packages.get(name);
    if (found === undefined) {
      const names = this.list().map((other) => other.manifest.name);
      throw SurgicamError.notFound('model', name, `models: ${names.join(', ') || 'none'}`);
    }
    return found;
  }
}

async function packageFolders(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    throw new SurgicamError('not_found', `there is no model folder '${directory}'`, { cause: error });
  });
  if (entries.some((entry) => entry.name === MANIFEST_FILE)) return [directory];
  const folders: string[] = [];
  for (const { name } of entries) {
    // Kubernetes mounts folders as links, so the link's target counts.
    const manifest = path.join(directory, name, MANIFEST_FILE);
    const found = await stat(manifest).catch(() => undefined);
    if (found?.isFile() === true) folders.push(path.join(directory, name));
  }
  return folders.sort();
}
