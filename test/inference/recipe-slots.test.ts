import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { KeyedRecipe } from '../../src/domain/analysis-recipe.js';
import { RecipeReceiver, RecipeSender } from '../../src/inference/recipe-slots.js';

const list = (): readonly KeyedRecipe[] => [];

describe('RecipeSender and RecipeReceiver', () => {
  it('send a list once', () => {
    const sender = new RecipeSender();
    const recipes = list();
    expect(sender.refer(recipes)).toEqual({ slot: 0, recipes });
    expect(sender.refer(recipes)).toEqual({ slot: 0 });
    sender.forget();
    expect(sender.refer(recipes).recipes).toBe(recipes);
  });

  it('agree whatever lists come in whatever order, in bounded memory', () => {
    const lists = Array.from({ length: 600 }, list);
    const orders = fc.array(fc.nat(lists.length - 1), { minLength: 500, maxLength: 1500 });
    fc.assert(
      fc.property(orders, (order) => {
        const sender = new RecipeSender();
        const receiver = new RecipeReceiver();
        for (const index of order) {
          const reference = sender.refer(lists[index]!);
          expect(reference.slot).toBeLessThan(256);
          expect(receiver.resolve(reference)).toBe(lists[index]);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('refuse a reference to what never came', () => {
    expect(() => new RecipeReceiver().resolve({ slot: 3 })).toThrow('never sent');
  });
});
