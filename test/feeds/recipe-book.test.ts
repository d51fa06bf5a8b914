import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { KeyedRecipe } from '../../src/domain/analysis-recipe.js';
import { RecipeBook } from '../../src/feeds/recipe-book.js';

const recipe = (key: string): KeyedRecipe => ({
  key,
  recipe: {
    cam: { method: 'grad_cam', layers: ['layer4'] },
    classThresholds: [],
    roiThresholds: [],
    boxes: false,
    outlines: false,
  },
});

describe('RecipeBook', () => {
  let book: RecipeBook;
  const keys = (): string[] => book.recipes.map(({ key }) => key);

  beforeEach(() => {
    jest.useFakeTimers();
    book = new RecipeBook({ maxRecipes: 2, lingerMs: 30_000 }, 'or-1');
  });

  afterEach(() => {
    book.clear();
    jest.useRealTimers();
  });

  it('holds a recipe once for all who share it, and for a while after the last of them', () => {
    const first = book.hold(recipe('a'));
    const second = book.hold(recipe('a'));
    expect(keys()).toEqual(['a']);
    first.release();
    first.release();
    jest.advanceTimersByTime(60_000);
    expect(keys()).toEqual(['a']);
    second.release();
    jest.advanceTimersByTime(29_999);
    expect(keys()).toEqual(['a']);
    jest.advanceTimersByTime(1);
    expect(keys()).toEqual([]);
  });

  it('keeps a recipe whose holder came back in time', () => {
    book.hold(recipe('a')).release();
    jest.advanceTimersByTime(20_000);
    book.hold(recipe('a'));
    jest.advanceTimersByTime(60_000);
    expect(keys()).toEqual(['a']);
  });

  it('lets what nobody holds make way, and refuses when everything is held', () => {
    book.hold(recipe('a')).release();
    book.hold(recipe('b'));
    book.hold(recipe('c'));
    expect(keys()).toEqual(['b', 'c']);
    expect(() => book.hold(recipe('d'))).toThrow('2 different configurations');
    expect(keys()).toEqual(['b', 'c']);
  });

  it('exchanges at the limit, without lingering', () => {
    const hold = book.hold(recipe('a'));
    book.hold(recipe('b'));
    hold.exchange(recipe('a'));
    expect(keys()).toEqual(['a', 'b']);
    hold.exchange(recipe('c'));
    expect(keys()).toEqual(['b', 'c']);
    hold.release();
    hold.exchange(recipe('d'));
    expect(keys()).toEqual(['b', 'c']);
  });

  it('keeps the old recipe when the new one is refused, for those who share it cannot give it up', () => {
    const hold = book.hold(recipe('a'));
    book.hold(recipe('a'));
    book.hold(recipe('b'));
    expect(() => hold.exchange(recipe('c'))).toThrow('2 different configurations');
    hold.exchange(recipe('b'));
    expect(keys()).toEqual(['a', 'b']);
  });
});
