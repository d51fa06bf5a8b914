import { InvalidArgumentError } from 'commander';

// Parsers of flag values; commander puts the flag's name before their message and exits with code 2.

export function numberIn(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= low && value <= high)) {
      throw new InvalidArgumentError(`Allowed: a number from ${low} to ${high}.`);
    }
    return value;
  };
}

export function wholeIn(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < low || value > high) {
      throw new InvalidArgumentError(`Allowed: a whole number from ${low} to ${high}.`);
    }
    return value;
  };
}

/** A threshold: a number of [0, 1]. */
export const threshold = numberIn(0, 1);

/** Items separated by commas. */
export function list(text: string): readonly string[] {
  return text.split(',').map((item) => item.trim());
}

/** `854x480`: width and height in pixels, each from 16 to 4096. */
export function frameSize(text: string): readonly [number, number] {
  const match = /^(\d{2,4})x(\d{2,4})$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Allowed: WIDTHxHEIGHT, 16x16 to 4096x4096.');
  const side = wholeIn(16, 4096);
  return [side(match[1]!), side(match[2]!)];
}
