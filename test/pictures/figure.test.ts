import { describe, expect, it } from '@jest/globals';
import { columnsFor, composeFigure } from '../../src/pictures/figure.js';
import { drawLegend } from '../../src/pictures/legend.js';
import { Picture } from '../../src/pictures/picture.js';

const entry = {
  name: 'hook',
  colour: [156, 102, 31],
  probability: 0.9,
  threshold: 0.5,
  isPresent: true,
} as const;

describe('composeFigure', () => {
  it('puts panels on a grid and the legend beside them', () => {
    const legend = drawLegend({ entries: [entry], hasTruth: false, hasBoxes: false }, 12);
    const panels = ['#f00', '#0f0', '#00f'].map((colour) => new Picture(100, 80, colour));
    const figure = composeFigure({ title: 'three', panels, columns: 2, legend, unit: 12 });
    const seen = new Set<string>();
    const pixels = figure.rgb();
    for (let i = 0; i < pixels.length; i += 3) seen.add(String([...pixels.subarray(i, i + 3)]));
    expect([...seen]).toEqual(expect.arrayContaining(['255,0,0', '0,255,0', '0,0,255', '156,102,31']));
    expect(figure.width).toBeGreaterThanOrEqual(200 + legend.width);
    expect(figure.height).toBeGreaterThanOrEqual(160);
  });

  it('is as high as a long legend', () => {
    const entries = Array.from({ length: 40 }, () => entry);
    const legend = drawLegend({ entries, heatmap: 'Grad-CAM', hasTruth: true, hasBoxes: true }, 12);
    const panels = [new Picture(100, 80)];
    const figure = composeFigure({ title: 'long', panels, columns: 1, legend, unit: 12 });
    expect(figure.height).toBeGreaterThan(legend.height);
  });
});

describe('columnsFor', () => {
  it.each([
    [1, 1],
    [2, 2],
    [4, 2],
    [6, 3],
    [9, 3],
  ])('%i panels stand in %i columns', (count, columns) => {
    expect(columnsFor(count, { width: 640, height: 512 })).toBe(columns);
  });
});
