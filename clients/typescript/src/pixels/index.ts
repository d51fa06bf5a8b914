// Nothing here needs Node or gRPC: it runs in a browser, too.
export { boxToPixels, outlineToPixels, type PixelRectangle } from './boxes.js';
export { featureValues, float16ToFloat32 } from './float16.js';
export {
  decodeAnyHeatmap,
  decodeHeatmap,
  decodePngHeatmap,
  resizeHeatmap,
  type EncodedHeatmap,
  type HeatmapValues,
} from './heatmap.js';
export { blendHeatmap, heatmapLayer, paperOverlay, type RgbaPixels } from './overlay.js';
export { JET, colourIndex } from '../../../../src/localization/colour-map.js';
export { resizeBilinear } from '../../../../src/localization/resize-bilinear.js';
