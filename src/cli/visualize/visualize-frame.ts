import { parse } from 'node:path';
import { drawFigure } from './frame-figure.js';
import { analyzeFrame } from './analyze-frame.js';
import { openResults } from '../analyze/results-file.js';
import { readGroundTruth } from './ground-truth.js';
import { absenceText, presenceLines, timeText } from './presence-text.js';
import { readFrame } from './read-frame.js';
import type { VisualizeContext } from './visualize-context.js';

export interface FrameWish {
  /** Of a video, from 0. */
  readonly index: number;
  readonly groundTruth?: string;
  /** One panel a class. */
  readonly isSheet: boolean;
}

/** Draws one frame into a PNG. Returns what is to be said of it, line by line. */
export async function visualizeFrame(
  context: VisualizeContext,
  { index, groundTruth, isSheet }: FrameWish,
): Promise<string[]> {
  const { input, name, engine, model, recipe, decode, classId } = context;
  const isVideo = input.kind !== 'image';
  const frameName = isVideo ? `frame${String(index).padStart(3, '0')}` : parse(name).name;
  const truth = groundTruth === undefined ? undefined : await readGroundTruth(groundTruth, frameName);
  const { inputWidth: width, inputHeight: height } = model.description;
  const small = await readFrame(input, index, { width, height }, decode);
  const { sourceWidth, sourceHeight, mediaTimeUs } = small;
  const analysis = await analyzeFrame(small, engine, model, recipe);
  const large = await readFrame(input, index, { width: sourceWidth, height: sourceHeight }, decode);
  const picture = drawFigure({
    frame: large,
    analysis,
    model: model.description,
    recipe: recipe.recipe,
    title: isVideo ? `${name}, frame ${index} at ${timeText(mediaTimeUs)}` : name,
    isSheet,
    ...(truth === undefined ? {} : { truth }),
    ...(classId === undefined ? {} : { classId }),
  });
  const file = await openResults(context.out);
  file.stream.write(picture.png());
  await file.complete();
  const absence = absenceText(analysis, recipe.recipe, classId);
  return absence === undefined ? presenceLines(analysis, classId) : [absence];
}
