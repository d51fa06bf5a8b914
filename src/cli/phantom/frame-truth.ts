import { ENDOVIS18_TOOLS, TEN_TOOLS } from '../../datasets/endovis18-tree.js';
import type { Interaction } from '../../datasets/frame-annotation.js';
import type { PixelBox } from '../../domain/geometry.js';
import type { GroundTruth } from '../../video/phantom/ground-truth.js';

/** An instrument that is seen, as data sets speak of it. */
export interface ToolTruth {
  readonly name: string;
  /** Enough of the tip is seen to name it. */
  readonly present: boolean;
  /** Around all that is seen of it, pixels of the picture. */
  readonly box: PixelBox;
  /** Absent when the tip is not seen. */
  readonly tipBox?: PixelBox;
  readonly interaction: Interaction;
}

/** What is in a picture, small enough to be sent between threads for every frame. */
export interface FrameTruth {
  readonly tools: readonly ToolTruth[];
  /** Around the tissue that is worked on. */
  readonly tissueBox: PixelBox;
  readonly caption: string;
}

export function frameTruth({ instruments, tissueBox, caption }: GroundTruth): FrameTruth {
  const tools = instruments.flatMap(({ kind, present, box, tipBox, interaction }): ToolTruth[] => {
    if (box === undefined) return [];
    return [{ name: kind, present, box, ...(tipBox === undefined ? {} : { tipBox }), interaction }];
  });
  return { tools, tissueBox, caption };
}

/** The instruments of the first eight or of all ten that count as present, with the box that is asked for. */
export function labelledTools(
  { tools }: FrameTruth,
  options: { readonly tools: 8 | 10; readonly boxes: 'whole' | 'tip' },
): { readonly name: string; readonly box: PixelBox; readonly interaction: Interaction }[] {
  const known: readonly string[] = options.tools === 8 ? ENDOVIS18_TOOLS : TEN_TOOLS;
  return tools
    .filter(({ name, present }) => present && known.includes(name))
    .map(({ name, box, tipBox, interaction }) => {
      return { name, box: options.boxes === 'tip' ? (tipBox ?? box) : box, interaction };
    });
}

/**
 * Which instrument each pixel shows, row-major: 0 tissue, 1 + the instrument's index in the 11 classes. Instruments
 * whose tip is hidden are in it, too.
 */
export function classMask({ labels, instruments }: GroundTruth): Uint8Array {
  const values = new Uint8Array(1 + 2 * instruments.length);
  instruments.forEach(({ kind }, i) => {
    values.fill(1 + TEN_TOOLS.indexOf(kind), 1 + 2 * i, 3 + 2 * i);
  });
  return labels.map((label) => values[label]!);
}
