/** Control characters, and those that turn the direction of writing: they could move the cursor or hide what was said. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/** Somebody else's text as one line for a terminal. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, ' ').trim();
}
