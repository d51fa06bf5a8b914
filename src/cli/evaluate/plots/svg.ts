/** Text as it may stand in HTML and SVG. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}

/** A coordinate: two digits are finer than any screen. */
export function px(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** A share with two digits, or a dash where there is none. */
export function share(value: number | null): string {
  return value === null || !Number.isFinite(value) ? '–' : value.toFixed(2);
}
