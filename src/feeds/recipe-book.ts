import type { KeyedRecipe } from '../domain/analysis-recipe.js';
import { SurgicamError } from '../domain/errors.js';

export interface RecipeBookOptions {
  /** Most different recipes that subscribers may hold at a time. */
  readonly maxRecipes: number;
  /** How long a recipe is still computed after its last subscriber left, so that one who returns misses nothing. */
  readonly lingerMs: number;
}

/** One subscriber's hold on the recipe that is computed for it. */
export interface RecipeHold {
  /**
   * Another recipe instead; the old one does not linger, since nobody who would return left. Error:
   * resource_exhausted; the old recipe is then still held.
   */
  exchange(recipe: KeyedRecipe): void;
  release(): void;
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

  /** Error: resource_exhausted. */
  hold(recipe: KeyedRecipe): RecipeHold {
    let held: Entry | undefined = this.take(recipe);
    return {
      exchange: (next) => {
        if (held === undefined || next.key === held.recipe.key) return;
        // The only holder of a recipe makes the room that the next one takes.
        if (held.holders === 1) this.remove(held);
        const taken = this.take(next);
        held.holders--;
        held = taken;
      },
      release: () => {
        if (held !== undefined) this.letGo(held);
        held = undefined;
      },
    };
  }

  clear(): void {
    for (const entry of [...this.entries.values()]) this.remove(entry);
  }

  private take(recipe: KeyedRecipe): Entry {
    const entry = this.entries.get(recipe.key) ?? this.add(recipe);
    clearTimeout(entry.expiry);
    delete entry.expiry;
    entry.holders++;
    return entry;
  }

  private letGo(entry: Entry): void {
    entry.holders--;
    if (entry.holders > 0 || this.entries.get(entry.recipe.key) !== entry) return;
    entry.expiry = setTimeout(() => this.remove(entry), this.options.lingerMs).unref();
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
    if (unused !== undefined) {
      this.remove(unused);
      return;
    }
    const { maxRecipes } = this.options;
    throw new SurgicamError(
      'resource_exhausted',
      `feed '${this.feedId}' has ${maxRecipes} different configurations in use, its limit (recipes per feed); ` +
        'use one that another subscriber uses, or try later',
      { resource: { type: 'feed', name: this.feedId }, retryAfterMs: 5000 },
    );
  }

  private remove(entry: Entry): void {
    clearTimeout(entry.expiry);
    this.entries.delete(entry.recipe.key);
    this.refresh();
  }

  private refresh(): void {
    this.list = [...this.entries.values()].map(({ recipe }) => recipe);
  }
}
