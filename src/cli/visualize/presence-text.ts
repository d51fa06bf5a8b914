import type { AnalysisRecipe } from '../../domain/analysis-recipe.js';
import type { FrameAnalysis } from '../../domain/frame-analysis.js';
import { displayName } from '../../pictures/class-colours.js';

/** What to say where nothing that is shown is present; undefined where something is. */
export function absenceText(
  { facts, product }: FrameAnalysis,
  recipe: AnalysisRecipe,
  classId?: number,
): string | undefined {
  if (classId === undefined ? product.present.includes(true) : product.present[classId]) return undefined;
  const said = (id: number): string =>
    `${facts.probabilities[id]!.toFixed(2)}, threshold ${recipe.classThresholds[id]!.toFixed(2)}`;
  if (classId !== undefined)
    return `${displayName(facts.classNames[classId]!)} is not present (${said(classId)})`;
  const highest = facts.probabilities.indexOf(Math.max(...facts.probabilities));
  return `no class is present; highest: ${displayName(facts.classNames[highest]!)} (${said(highest)})`;
}

/** One line a present class: its name, probability and number of boxes. */
export function presenceLines({ facts, product }: FrameAnalysis, classId?: number): string[] {
  return product.present.flatMap((isPresent, id) => {
    if (!isPresent || (classId !== undefined && id !== classId)) return [];
    const boxes = product.detections.filter((detection) => detection.classId === id).length;
    const count = `${boxes} box${boxes === 1 ? '' : 'es'}`;
    return [`${displayName(facts.classNames[id]!)} ${facts.probabilities[id]!.toFixed(2)}, ${count}`];
  });
}

/** Media time as people read it: `1:02:03.45`. */
export function timeText(mediaTimeUs: number): string {
  const hundredths = Math.round(mediaTimeUs / 1e4);
  const pad = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(hundredths / 6000);
  const clock = minutes >= 60 ? `${Math.floor(minutes / 60)}:${pad(minutes % 60)}` : String(minutes);
  return `${clock}:${pad(Math.floor(hundredths / 100) % 60)}.${pad(hundredths % 100)}`;
}
