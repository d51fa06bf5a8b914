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

/** One that the tests' books count as expensive. */
const expensive = (key: string): KeyedRecipe => ({ key, recipe: { ...recipe(key).recipe, boxes: true } });

const LIMITS = { maxRecipes: 2, maxExpensiveRecipes: 1, lingerMs: 30_000 };

describe('RecipeBook', () => {
  let book: RecipeBook;
  const keys = (): string[] => book.recipes.map(({ key }) => key);

  beforeEach(() => {
    jest.useFakeTimers();
    book = new RecipeBook(LIMITS, 'or-1', ({ boxes }) => boxes);
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

  it('refuses an expensive recipe too many by the name of that limit, while others have room', () => {
    book.hold(expensive('a'));
    expect(() => book.hold(expensive('b'))).toThrow('maxExpensiveRecipes is 1');
    book.hold(recipe('c'));
    expect(keys()).toEqual(['a', 'c']);
    expect(() => book.hold(recipe('d'))).toThrow('maxRecipes is 2');
  });

  it('lets an expensive recipe that nobody holds make way, not a cheap one', () => {
    const other = new RecipeBook({ ...LIMITS, maxRecipes: 3 }, 'or-1', ({ boxes }) => boxes);
    other.hold(recipe('a')).release();
    other.hold(expensive('b')).release();
    other.hold(expensive('c'));
    expect(other.recipes.map(({ key }) => key)).toEqual(['a', 'c']);
    other.clear();
  });

  it('keeps the cheap recipe of who asks for an expensive one too many', () => {
    book.hold(expensive('a'));
    const hold = book.hold(recipe('b'));
    expect(() => hold.exchange(expensive('c'))).toThrow('maxExpensiveRecipes');
    expect(keys()).toEqual(['a', 'b']);
    hold.exchange(recipe('d'));
    expect(keys()).toEqual(['a', 'd']);
  });
});
