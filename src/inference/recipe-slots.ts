import type { KeyedRecipe } from '../domain/analysis-recipe.js';

/** Lists of recipes that both ends remember: more than feeds that a service runs. */
const SLOTS = 256;

/** A list of recipes as it crosses threads: with its contents the first time, by its place afterwards. */
export interface RecipeReference {
  readonly slot: number;
  readonly recipes?: readonly KeyedRecipe[];
}

/**
 * The sending end. A feed's list of recipes stays the same object from frame to frame, and cloning it for each would cost
 * the main thread more than anything else of the message.
 */
export class RecipeSender {
  readonly #slots = new Map<readonly KeyedRecipe[], number>();
  #next = 0;

  refer(recipes: readonly KeyedRecipe[]): RecipeReference {
    const known = this.#slots.get(recipes);
    if (known !== undefined) return { slot: known };
    const slot = this.#next;
    this.#next = (slot + 1) % SLOTS;
    if (this.#slots.size === SLOTS) {
      // Slots are given away in turn, so the first in the map is the one that is taken again.
      const [oldest] = this.#slots.keys();
      this.#slots.delete(oldest!);
    }
    this.#slots.set(recipes, slot);
    return { slot, recipes };
  }

  /** To be called when a message with a reference may not have arrived. */
  forget(): void {
    this.#slots.clear();
    this.#next = 0;
  }
}

/** The receiving end; references must come in the order in which they were made. */
export class RecipeReceiver {
  readonly #slots: (readonly KeyedRecipe[])[] = [];

  resolve({ slot, recipes }: RecipeReference): readonly KeyedRecipe[] {
    if (recipes !== undefined) this.#slots[slot] = recipes;
    const known = this.#slots[slot];
    if (known === undefined) throw new Error(`recipes ${slot} were referred to, and never sent`);
    return known;
  }
}
