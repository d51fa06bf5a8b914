import { describe, expect, it } from '@jest/globals';
import { AnnotationBoard, type AnnotationReader } from '../../src/bus/annotation-board.js';
import type { Annotation } from '../../src/domain/annotation.js';

const caption = (text: string): Annotation => ({
  sequence: 7,
  receivedAtMs: 0,
  author: 'surgeon',
  content: { kind: 'caption', caption: text },
});

function heard(reader: AnnotationReader): string[] {
  const texts: string[] = [];
  for (let next = reader.poll(); next !== undefined; next = reader.poll()) {
    texts.push(next.content.kind === 'caption' ? next.content.caption : next.content.kind);
  }
  return texts;
}

describe('AnnotationBoard', () => {
  it('hands what one says to all others, in order, and not to who comes later', () => {
    let posts = 0;
    const board = new AnnotationBoard(() => posts++);
    const [first, second, third] = [board.open(), board.open(), board.open()];
    expect(first.say(caption('a'))).toBe(2);
    expect(second.say(caption('b'))).toBe(2);
    const late = board.open();
    expect(first.say(caption('c'))).toBe(3);
    expect([first, second, third, late].map(heard)).toEqual([['b'], ['a', 'c'], ['a', 'b', 'c'], ['c']]);
    expect(posts).toBe(3);
    for (const reader of [second, third, late]) reader.close();
    expect(first.say(caption('d'))).toBe(0);
  });

  it('keeps so many, and counts for each what it has lost of others', () => {
    const board = new AnnotationBoard(() => undefined, { count: 2, characters: 100 });
    const [speaker, quick, slow] = [board.open(), board.open(), board.open()];
    for (const text of ['a', 'b', 'c', 'd']) {
      speaker.say(caption(text));
      expect(heard(quick)).toEqual([text]);
    }
    expect(heard(slow)).toEqual(['c', 'd']);
    expect([speaker.missed, quick.missed, slow.missed]).toEqual([0, 0, 2]);
  });

  it('keeps so many characters, whatever they are part of, and one annotation in any case', () => {
    const board = new AnnotationBoard(() => undefined, { count: 100, characters: 30 });
    const [speaker, listener] = [board.open(), board.open()];
    const interaction = { tool: 'grasper', interaction: 'retracts', tissue: 'gallbladder' };
    speaker.say({
      ...caption(''),
      content: { kind: 'typed_text', mediaType: 'text/plain', text: 'x'.repeat(15) },
    });
    speaker.say({ ...caption(''), content: { kind: 'interaction_graph', interactions: [interaction] } });
    expect([heard(listener), listener.missed]).toEqual([['interaction_graph'], 1]);
    speaker.say(caption('y'.repeat(50)));
    expect(heard(listener)).toEqual(['y'.repeat(50)]);
  });
});
