import type { AnalysisRecipe, KeyedRecipe } from '../domain/analysis-recipe.js';
import { SurgicamError } from '../domain/errors.js';

export interface RecipeBookOptions {
  /** Most different recipes that subscribers may hold at a time. */
  readonly maxRecipes: number;
  /** Most of them that may be expensive; see isExpensive. */
  readonly maxExpensiveRecipes: number;
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
    private readonly isExpensive: (recipe: AnalysisRecipe) => boolean,
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
        const leaving = held.holders === 1 ? held : undefined;
        const taken = this.take(next, leaving);
        if (leaving !== undefined) this.remove(leaving);
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

  /** `leaving` is about to make way, and takes no room. */
  private take(recipe: KeyedRecipe, leaving?: Entry): Entry {
    const entry = this.entries.get(recipe.key) ?? this.add(recipe, leaving);
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

  private add(recipe: KeyedRecipe, leaving: Entry | undefined): Entry {
    const { maxRecipes, maxExpensiveRecipes } = this.options;
    const others = [...this.entries.values()].filter((entry) => entry !== leaving);
    if (this.isExpensive(recipe.recipe)) {
      const expensive = others.filter((entry) => this.isExpensive(entry.recipe.recipe));
      this.makeRoom(expensive, maxExpensiveRecipes, 'maxExpensiveRecipes', 'expensive configurations');
    }
    const left = others.filter(({ recipe: { key } }) => this.entries.has(key));
    this.makeRoom(left, maxRecipes, 'maxRecipes', 'different configurations');
    const entry: Entry = { recipe, holders: 0 };
    this.entries.set(recipe.key, entry);
    this.refresh();
    return entry;
  }

  /** The oldest of these recipes that nobody holds makes way, where they are as many as they may be. */
  private makeRoom(entries: readonly Entry[], limit: number, limitName: string, what: string): void {
    if (entries.length < limit) return;
    const unused = entries.find(({ holders }) => holders === 0);
    if (unused !== undefined) {
      this.remove(unused);
      return;
    }
    throw new SurgicamError(
      'resource_exhausted',
      `feed '${this.feedId}' has ${entries.length} ${what} in use, its limit (${limitName} is ${limit}); ` +
        'use one that another subscriber uses, or try later',
      { resource: { type: 'limit', name: limitName }, retryAfterMs: 5000 },
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
