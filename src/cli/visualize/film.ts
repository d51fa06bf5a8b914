import { SurgicamError } from '../../domain/errors.js';
import type { FrameAnalysis } from '../../domain/frame-analysis.js';
import type { LoadedModel } from '../../inference/loaded-model.js';
import type { VideoFrame } from '../../domain/video-frame.js';
import { analysisLayers } from '../../pictures/analysis-layers.js';
import { displayName } from '../../pictures/class-colours.js';
import { drawFrame } from '../../pictures/draw-frame.js';
import type { Picture } from '../../pictures/picture.js';
import { FrameReader } from '../../video/frame-reader.js';
import { VideoWriter } from '../../video/video-writer.js';
import type { AnalysisInput } from '../analyze/analysis-input.js';
import { openInputs } from '../analyze/open-inputs.js';
import { panelWidth } from './frame-figure.js';
import { timeText } from './presence-text.js';
import type { DecodeOptions } from './read-frame.js';

export interface FilmOptions extends DecodeOptions {
  /** The .mp4 to write. */
  readonly out: string;
  readonly model: LoadedModel;
  /** Of the source, frames per second. */
  readonly frameRate: number;
  /** Only this class is drawn. If absent, all present ones. */
  readonly classId?: number;
}

/** Draws analyses into the source's own frames and writes them to an .mp4. */
export class Film {
  #reader: FrameReader | undefined;
  #writer: VideoWriter | undefined;

  constructor(
    private readonly input: AnalysisInput,
    private readonly options: FilmOptions,
  ) {}

  /** In the frames' order; frames in between that have no analysis are left out. */
  async add(analysis: FrameAnalysis): Promise<void> {
    const frame = await this.#frameOf(analysis);
    const picture = this.#draw(frame, analysis);
    const { width, height } = picture;
    const { out, frameRate, ffmpegPath } = this.options;
    this.#writer ??= await VideoWriter.open(out, {
      width,
      height,
      frameRate,
      ...(ffmpegPath === undefined ? {} : { ffmpegPath }),
    });
    await this.#writer.write(picture.rgb());
  }

  async finish(): Promise<void> {
    this.#reader?.close();
    await this.#writer?.finish();
  }

  async abandon(): Promise<void> {
    this.#reader?.close();
    await this.#writer?.abandon();
  }

  async #frameOf({ facts }: FrameAnalysis): Promise<VideoFrame> {
    // The size is known only now: a film may be turned by its own metadata.
    this.#reader ??= new FrameReader((gate) =>
      openInputs([this.input], {
        ...this.options,
        width: facts.frameWidth,
        height: facts.frameHeight,
        ownSpeed: false,
        gate,
      }),
    );
    for (;;) {
      const frame = await this.#reader.next();
      if (frame === undefined) {
        throw new SurgicamError('invalid_argument', `frame ${facts.sequence} could be read only once`);
      }
      if (frame.sequence === facts.sequence) return frame;
    }
  }

  #draw(frame: VideoFrame, analysis: FrameAnalysis): Picture {
    const { classId, model } = this.options;
    const { tissueClass } = model.description;
    const { facts, product } = analysis;
    const present = product.present.flatMap((isPresent, id) =>
      isPresent && (classId === undefined || id === classId)
        ? [`${displayName(facts.classNames[id]!)} ${facts.probabilities[id]!.toFixed(2)}`]
        : [],
    );
    return drawFrame(frame, {
      ...analysisLayers(analysis, {
        ...(classId === undefined ? {} : { classId }),
        ...(tissueClass === undefined ? {} : { tissueClass }),
      }),
      title: timeText(facts.mediaTimeUs),
      note: present.length === 0 ? 'no class is present' : present.join('  ·  '),
      width: panelWidth(frame.width),
    });
  }
}
