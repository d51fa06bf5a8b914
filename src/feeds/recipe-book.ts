import type { KeyedRecipe } from '../domain/analysis-recipe.js';
import { SurgicamError } from '../domain/errors.js';

export interface RecipeBookOptions {
  /** Most different recipes that subscribers may hold at a time. */
  readonly maxRecipes: number;
  /** How long a recipe is still computed after its last subscriber left, so that one who returns misses nothing. */
  readonly lingerMs: number;
}

interface Entry {
  readonly recipe: KeyedRecipe;
  holders: number;
  expiry?: NodeJS.Timeout;
}

/** The recipes that a feed computes: those that subscribers hold, and for a while those that they held. */
export class RecipeBook {
  private readonly entries = new Map<string, Entry>();
  private list: readonly KeyedRecipe[] = [];

  constructor(
    private readonly options: RecipeBookOptions,
    private readonly feedId: string,
  ) {}

  /** Different recipes, newest last. Empty when nobody follows the feed. */
  get recipes(): readonly KeyedRecipe[] {
    return this.list;
  }

  /** Takes a recipe in; the returned function lets it go. Error: resource_exhausted. */
  hold(recipe: KeyedRecipe): () => void {
    const entry = this.entries.get(recipe.key) ?? this.add(recipe);
    clearTimeout(entry.expiry);
    delete entry.expiry;
    entry.holders++;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      entry.holders--;
      if (entry.holders > 0) return;
      entry.expiry = setTimeout(() => this.remove(recipe.key), this.options.lingerMs).unref();
    };
  }

  clear(): void {
    for (const { expiry } of this.entries.values()) clearTimeout(expiry);
    this.entries.clear();
    this.list = [];
  }

  private add(recipe: KeyedRecipe): Entry {
    if (this.entries.size >= this.options.maxRecipes) this.makeRoom();
    const entry: Entry = { recipe, holders: 0 };
    this.entries.set(recipe.key, entry);
    this.refresh();
    return entry;
  }

  /** The oldest recipe that nobody holds makes way. */
  private makeRoom(): void {
    const unused = [...this.entries.values()].find(({ holders }) => holders === 0);
    if (unused === undefined) {
      const { maxRecipes } = this.options;
      throw new SurgicamError(
        'resource_exhausted',
        `feed '${this.feedId}' has ${maxRecipes} different configurations in use, its limit (recipes per feed); ` +
          'use one that another subscriber uses, or try later',
        { resource: { type: 'feed', name: this.feedId }, retryAfterMs: 5000 },
      );
    }
    clearTimeout(unused.expiry);
    this.remove(unused.recipe.key);
  }

  private remove(key: string): void {
    this.entries.delete(key);
    this.refresh();
  }

  private refresh(): void {
    this.list = [...this.entries.values()].map(({ recipe }) => recipe);
  }
}
