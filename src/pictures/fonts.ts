import { createRequire } from 'node:module';
import { GlobalFonts } from '@napi-rs/canvas';
import { SurgicamError } from '../domain/errors.js';

const FAMILY = 'Surgicam Inter';

const WEIGHTS = [500, 700] as const;
const SUBSETS = ['latin', 'latin-ext', 'greek', 'cyrillic'] as const;

export type FontWeight = (typeof WEIGHTS)[number];

let registered = false;

/** A CSS font of the pictures' own typeface, which comes with npm: a machine's own fonts are never asked for. */
export function font(pixels: number, weight: FontWeight = 500): string {
  if (!registered) register();
  registered = true;
  return `${weight} ${pixels}px ${SUBSETS.map((subset) => `'${familyOf(subset)}'`).join(', ')}`;
}

/** Subsets are files of their own; as families of their own, one stands in where another lacks a letter. */
function familyOf(subset: (typeof SUBSETS)[number]): string {
  return subset === 'latin' ? FAMILY : `${FAMILY} ${subset}`;
}

function register(): void {
  const { resolve } = createRequire(import.meta.url);
  for (const subset of SUBSETS) {
    for (const weight of WEIGHTS) {
      const path = resolve(`@fontsource/inter/files/inter-${subset}-${weight}-normal.woff2`);
      if (GlobalFonts.registerFromPath(path, familyOf(subset)) === null) {
        throw new SurgicamError('failed_precondition', `the font ${path} cannot be read; install again`);
      }
    }
  }
}
