import type { AnalysisRecipe, CamMethod } from '../../domain/analysis-recipe.js';
import type { FrameAnalysis } from '../../domain/frame-analysis.js';
import type { ModelDescription } from '../../domain/model-description.js';
import { analysisLayers, type ShownClasses } from '../../pictures/analysis-layers.js';
import { classColours, displayName, type Rgb } from '../../pictures/class-colours.js';
import { fontSizeFor } from '../../pictures/draw-boxes.js';
import { drawFrame, type FrameLayers } from '../../pictures/draw-frame.js';
import { columnsFor, composeFigure } from '../../pictures/figure.js';
import { drawLegend, type LegendEntry } from '../../pictures/legend.js';
import type { Picture, RgbFrame } from '../../pictures/picture.js';
import type { TrueBox } from './ground-truth.js';
import { absenceText } from './presence-text.js';

export interface FigureRequest {
  /** At its own resolution. */
  readonly frame: RgbFrame;
  readonly analysis: FrameAnalysis;
  readonly model: ModelDescription;
  readonly recipe: AnalysisRecipe;
  /** File and frame, for a person to read. */
  readonly title: string;
  readonly truth?: readonly TrueBox[];
  /** Only this class is drawn. If absent, all present ones. */
  readonly classId?: number;
  /** One panel a class. */
  readonly isSheet: boolean;
}

/** Panels are at least so wide, so that names can be read on small frames; */
const LEAST_WIDTH = 640;
/** and those of a sheet of many are this wide where the frame is large. */
const SHEET_WIDTH = 640;

/** Width at which a frame is drawn: its own, or a multiple of it where that is small. */
export function panelWidth(frameWidth: number): number {
  return frameWidth >= LEAST_WIDTH ? frameWidth : frameWidth * Math.ceil(LEAST_WIDTH / frameWidth);
}

/** The picture of one frame: what was predicted, the truth beside it, and what the colours mean. */
export function drawFigure(request: FigureRequest): Picture {
  const { frame, model, recipe, isSheet, title, analysis, truth } = request;
  const width = isSheet ? Math.min(panelWidth(frame.width), SHEET_WIDTH) : panelWidth(frame.width);
  const draw = (layers: FrameLayers): Picture => drawFrame(frame, { ...layers, width });
  const panels = isSheet ? sheetPanels(request, draw) : pairPanels(request, draw);
  const unit = fontSizeFor({ width, height: (frame.height * width) / frame.width });
  const { heatmap, boxes = [] } = analysisLayers(analysis, shown(request));
  const legend = drawLegend(
    {
      entries: legendEntries(request),
      ...(heatmap === undefined ? {} : { heatmap: camText(recipe) }),
      ...(heatmap === undefined ? {} : { roiThreshold: recipe.roiThresholds[request.classId ?? 0]! }),
      hasTruth: truth !== undefined,
      hasBoxes: boxes.length > 0,
    },
    unit,
  );
  const columns = isSheet ? columnsFor(panels.length, panels[0]!) : panels.length;
  return composeFigure({
    title,
    subtitle: `model ${model.name} ${model.version}`,
    panels,
    columns,
    legend,
    unit,
  });
}

function pairPanels(request: FigureRequest, draw: (layers: FrameLayers) => Picture): Picture[] {
  const { analysis, truth } = request;
  const message = absenceText(analysis, request.recipe, request.classId);
  const layers = analysisLayers(analysis, shown(request));
  const predicted = draw({
    ...layers,
    ...(message === undefined ? {} : { message }),
    title: 'Prediction',
    note: heatmapNote(request),
  });
  return truth === undefined ? [predicted] : [predicted, truthPanel(request, truth, draw)];
}

function sheetPanels(request: FigureRequest, draw: (layers: FrameLayers) => Picture): Picture[] {
  const { analysis, truth } = request;
  const { facts, product } = analysis;
  const message = absenceText(analysis, request.recipe);
  const plain = draw({ title: 'Frame', note: '', ...(message === undefined ? {} : { message }) });
  const classes = product.present.flatMap((isPresent, classId) => (isPresent ? [classId] : []));
  const tiles = classes.map((classId) => {
    const layers = analysisLayers(analysis, { classId });
    const count = layers.boxes?.length ?? 0;
    return draw({
      ...layers,
      title: `${displayName(facts.classNames[classId]!)} ${facts.probabilities[classId]!.toFixed(2)}`,
      note: `${count} box${count === 1 ? '' : 'es'}`,
    });
  });
  return [plain, ...(truth === undefined ? [] : [truthPanel(request, truth, draw)]), ...tiles];
}

function truthPanel(
  { analysis, classId }: FigureRequest,
  truth: readonly TrueBox[],
  draw: (layers: FrameLayers) => Picture,
): Picture {
  const { names, colours } = colourBook(analysis.facts.classNames, truth);
  const only = classId === undefined ? undefined : analysis.facts.classNames[classId];
  const boxes = truth
    .filter(({ className }) => only === undefined || sameClass(className, only))
    .map(({ className, box }) => ({
      box,
      colour: colours[names.findIndex((name) => sameClass(name, className))]!,
      label: displayName(className),
      style: 'dashed' as const,
    }));
  return draw({
    boxes,
    title: 'Ground truth',
    ...(boxes.length > 0 ? {} : { message: 'the ground truth has no box here' }),
  });
}

function shown({ classId, model }: FigureRequest): ShownClasses {
  return {
    ...(classId === undefined ? {} : { classId }),
    ...(model.tissueClass === undefined ? {} : { tissueClass: model.tissueClass }),
  };
}

/** Which heatmap is mixed in. */
function heatmapNote({ analysis, classId, model }: FigureRequest): string {
  const { product, facts } = analysis;
  const present = product.heatmaps
    .map((heatmap) => heatmap.classId)
    .filter((id) => classId === undefined || id === classId);
  const tools = present.filter((id) => id !== model.tissueClass);
  const [first, ...others] = tools.length > 0 ? tools : present;
  if (first === undefined) return '';
  const names = [first, ...others].map((id) => displayName(facts.classNames[id]!));
  return `heatmap: ${names.join(', ')}`;
}

function legendEntries({ analysis, recipe, truth = [] }: FigureRequest): LegendEntry[] {
  const { facts, product } = analysis;
  const { names, colours } = colourBook(facts.classNames, truth);
  return names.map((name, id) => {
    const probability = facts.probabilities[id];
    return {
      name: displayName(name),
      colour: colours[id]!,
      isPresent: product.present[id] ?? false,
      ...(probability === undefined ? {} : { probability, threshold: recipe.classThresholds[id]! }),
    };
  });
}

/** The model's classes, and after them those that only the ground truth knows. */
function colourBook(
  classNames: readonly string[],
  truth: readonly TrueBox[],
): { readonly names: readonly string[]; readonly colours: readonly Rgb[] } {
  const names = [...classNames];
  for (const { className } of truth) {
    if (!names.some((name) => sameClass(name, className))) names.push(className);
  }
  return { names, colours: classColours(names) };
}

function sameClass(a: string, b: string): boolean {
  return displayName(a).toLowerCase() === displayName(b).toLowerCase();
}

const CAM_NAMES: Readonly<Record<CamMethod, string>> = {
  grad_cam: 'Grad-CAM',
  grad_cam_plus_plus: 'Grad-CAM++',
  hires_cam: 'HiResCAM',
  x_grad_cam: 'XGrad-CAM',
  layer_cam: 'LayerCAM',
  eigen_cam: 'EigenCAM',
};

function camText({ cam }: AnalysisRecipe): string {
  return `${CAM_NAMES[cam.method]} of ${cam.layers.join(', ')}`;
}
