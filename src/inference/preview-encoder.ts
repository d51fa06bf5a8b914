import type { KeyedRecipe, PreviewRequest } from '../domain/analysis-recipe.js';
import type { FramePreview } from '../domain/frame-analysis.js';
import type { VideoFrame } from '../domain/video-frame.js';
import { encodeJpeg } from '../files/jpeg.js';
import type { Logger } from '../observability/logger.js';

/** What became of the previews that were asked for. */
export interface PreviewCounts {
  readonly encoded: number;
  /** Left out, since too many were being encoded. */
  readonly skipped: number;
  readonly failed: number;
}

/** A frame's previews by the key of the wish; one that could not be made is left out. */
export type FramePreviews = ReadonlyMap<string, FramePreview>;

const NO_PREVIEWS: FramePreviews = new Map();

/** Most pictures being encoded at a time: with 480 x 384 pixels each they hold 35 MB. */
const MAX_ENCODING = 64;

export function previewKey({ maxWidth, quality }: PreviewRequest): string {
  return `${maxWidth} ${quality}`;
}

/**
 * Makes the small pictures that recipes ask for, while the frame is with the model. One is made of a frame for all who
 * want the same size and quality. Analysis comes first: where encoding does not keep up, frames go without.
 */
export class PreviewEncoder {
  #encoding = 0;
  #encoded = 0;
  #skipped = 0;
  #failed = 0;

  constructor(
    private readonly logger: Logger,
    private readonly limit = MAX_ENCODING,
  ) {}

  get counts(): PreviewCounts {
    return { encoded: this.#encoded, skipped: this.#skipped, failed: this.#failed };
  }

  /**
   * Begins to make what the recipes ask for; undefined, and nothing done, where none asks. The pixels are copied before
   * it returns, since the frame's buffer goes on to a worker. Never rejects.
   */
  begin(frame: VideoFrame, recipes: readonly KeyedRecipe[]): Promise<FramePreviews> | undefined {
    const wishes = new Map<string, PreviewRequest>();
    for (const { recipe } of recipes) {
      if (recipe.preview !== undefined) wishes.set(previewKey(recipe.preview), recipe.preview);
    }
    if (wishes.size === 0) return undefined;
    if (this.#encoding + wishes.size > this.limit) {
      this.#skipped += wishes.size;
      return Promise.resolve(NO_PREVIEWS);
    }
    const copy = { ...frame, pixels: frame.pixels.slice() };
    return this.#encodeAll(copy, wishes);
  }

  async #encodeAll(frame: VideoFrame, wishes: ReadonlyMap<string, PreviewRequest>): Promise<FramePreviews> {
    this.#encoding += wishes.size;
    const previews = new Map<string, FramePreview>();
    const encodings = [...wishes].map(async ([key, wish]) => {
      try {
        previews.set(
          key,
          await encodeJpeg(frame.pixels, frame, { ...previewSize(frame, wish), quality: wish.quality }),
        );
        this.#encoded++;
      } catch (err) {
        if (this.#failed++ === 0)
          this.logger.error({ err }, 'a preview could not be encoded; further ones are only counted');
      } finally {
        this.#encoding--;
      }
    });
    await Promise.all(encodings);
    return previews;
  }
}

/** The shape of the source, and never wider than what was decoded: more pixels would show nothing more. */
function previewSize(
  { width, sourceWidth, sourceHeight }: Pick<VideoFrame, 'width' | 'sourceWidth' | 'sourceHeight'>,
  { maxWidth }: PreviewRequest,
): { readonly width: number; readonly height: number } {
  const fitting = Math.min(maxWidth, width, sourceWidth);
  return { width: fitting, height: Math.max(1, Math.round((fitting * sourceHeight) / sourceWidth)) };
}
