import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openDataset } from '../../src/datasets/dataset.js';
import {
  frameAnnotationPath,
  INTERACTIONS,
  parseFrameAnnotation,
  readFrameAnnotation,
} from '../../src/datasets/frame-annotation.js';
import { writeEndoVis18Tree } from '../fixtures/dataset-trees.js';
import { errorOf } from '../fixtures/errors.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

const root = temporaryFolder();

const BOX = '<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>30</xmax><ymax>40</ymax></bndbox>';
const TEXT = `<?xml version="1.0"?>
<annotation>
  <size><width>1280</width></size>
  <objects>
    <name>
      bipolar_forceps
    </name>
    ${BOX}
    <part><name>jaw</name></part>
    <interaction>Grasping</interaction>
  </objects>
  <objects><name>kidney</name>${BOX}<interaction/></objects>
  <caption>bipolar forceps are &lt;grasping&gt; <!-- what? --><![CDATA[kidney & fat]]></caption>
</annotation>
`;
const messageOf = async (text: string): Promise<string> =>
  (await errorOf(() => parseFrameAnnotation(text, 'frame000.xml'))).message;

describe('parseFrameAnnotation', () => {
  it('reads objects and caption, and passes over what else is there', () => {
    const box = { x1: 1, y1: 2, x2: 30, y2: 40 };
    expect(parseFrameAnnotation(`\uFEFF${TEXT.replaceAll('\n', '\r\n')}`, 'frame000.xml')).toEqual({
      objects: [
        { name: 'bipolar_forceps', box, interaction: 'Grasping' },
        { name: 'kidney', box },
      ],
      caption: 'bipolar forceps are <grasping> kidney & fat',
    });
    expect(parseFrameAnnotation('<annotation/>', 'frame000.xml')).toEqual({ objects: [] });
  });

  it.each(INTERACTIONS)('knows %s', (interaction) => {
    const { objects } = parseFrameAnnotation(TEXT.replace('Grasping', interaction), 'frame000.xml');
    expect(objects[0]!.interaction).toBe(interaction);
  });

  it.each([
    [
      'an interaction that nobody knows',
      'Grasping',
      ' Tickling',
      '10:19',
      "'Tickling'; allowed: Idle, Grasping",
    ],
    ['a corner that is no number', '>30<', '>3O<', '8:47', "'3O'"],
    ['a corner beyond the frame', '>40<', '>1025<', '8:62', 'from 0 to 1024'],
    ['a box inside out', '>30<', '>0<', '8:19', 'box 1, 2, 0, 40'],
    ['an object without a name', 'bipolar_forceps', '', '5:11', 'objects without name'],
    ['an object without a corner', '<ymin>2</ymin>', '', '4:12', 'objects without bndbox/ymin'],
    ['an element that is not closed', '</interaction>', '</interactio>', '10:38', 'well-formed XML'],
    ['an end that comes early', '</annotation>\n', '', '14:1', 'well-formed XML'],
  ])('tells the place of %s', async (_, found, put, place, says) => {
    const message = await messageOf(TEXT.replace(found, put));
    expect(message).toContain(`frame000.xml:${place}: `);
    expect(message).toContain(says);
  });

  it('refuses what is no XML, and does not unfold entities', async () => {
    expect(await messageOf('')).toContain('frame000.xml:1:1: ');
    expect(await messageOf('no XML')).toContain('frame000.xml:1:');
    const bomb = `<!DOCTYPE a [<!ENTITY b "${'x'.repeat(99)}">]>\n<a><caption>&b;</caption></a>`;
    expect(await messageOf(bomb)).toContain('frame000.xml:2:');
  });
});

describe('readFrameAnnotation', () => {
  it('finds the annotation of a frame and reads it', async () => {
    await writeEndoVis18Tree(root, { sequences: [1], framesPerSequence: 8, width: 64, height: 48 });
    const { frames } = await openDataset(root, { layout: 'endovis18', classes: ['tissue'] });
    expect(frameAnnotationPath(root, frames[0]!)).toBe(path.join(root, 'seq_1/xml/frame000.xml'));
    const annotations = await Promise.all(
      frames.map(async (frame) => {
        const file = frameAnnotationPath(root, frame);
        const inFile = readFileSync(file, 'utf8').split('<objects>').length - 1;
        return { inFile, ...(await readFrameAnnotation(file)) };
      }),
    );
    for (const { inFile, objects, caption } of annotations) {
      expect(objects).toHaveLength(inFile);
      expect(caption).toBe(`${inFile} instruments are idle`);
    }
    expect(annotations.some(({ inFile }) => inFile > 0)).toBe(true);
  });

  it('names a file that is missing', async () => {
    const error = await errorOf(() => readFrameAnnotation(path.join(root, 'none.xml')));
    expect(error.code).toBe('not_found');
    expect(error.message).toContain('none.xml');
  });
});
