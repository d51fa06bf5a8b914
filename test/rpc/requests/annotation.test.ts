import { describe, expect, it } from '@jest/globals';
import { Annotate } from '../../../src/rpc/gen/surgicam/v1/analysis_service.js';
import { checkAnnotate } from '../../../src/rpc/requests/annotation.js';
import { errorOf } from '../../fixtures/errors.js';

type Parts = Parameters<typeof Annotate.fromPartial>[0];
type Content = NonNullable<Parts['content']>;

const check = (content: Content | undefined, sequence = 3n) =>
  checkAnnotate(Annotate.fromPartial(content === undefined ? { sequence } : { sequence, content }), 10);
const caption = (value: string): Content => ({ $case: 'caption', value });
const typed = (mediaType: string, text = '{}'): Content => ({
  $case: 'typedText',
  value: { mediaType, text },
});
const graph = (...interactions: { tool?: string; confidence?: number }[]): Content => ({
  $case: 'interactionGraph',
  value: {
    interactions: interactions.map((item) => ({ tool: 'hook', interaction: 'cuts', tissue: 'fat', ...item })),
  },
});

describe('checkAnnotate', () => {
  it('takes a caption, any typed text and an interaction graph', () => {
    expect(check(caption('the duct is clipped'))).toEqual({
      sequence: 3,
      content: { kind: 'caption', caption: 'the duct is clipped' },
    });
    expect(check(typed('application/json')).content).toEqual({
      kind: 'typed_text',
      mediaType: 'application/json',
      text: '{}',
    });
    expect(check(graph({}, { confidence: 1 })).content).toEqual({
      kind: 'interaction_graph',
      interactions: [
        { tool: 'hook', interaction: 'cuts', tissue: 'fat' },
        { tool: 'hook', interaction: 'cuts', tissue: 'fat', confidence: 1 },
      ],
    });
  });

  it.each(['text/plain', 'text/plain; charset=utf-8', 'application/vnd.clinic.note+json;v="1 2"'])(
    'takes the media type %s',
    (mediaType) => {
      expect(check(typed(mediaType)).content).toMatchObject({ mediaType });
    },
  );

  it('counts characters, not the bytes or units they are made of', () => {
    expect(check(caption('🩺'.repeat(4096))).content.kind).toBe('caption');
    expect(() => check(caption('🩺'.repeat(4096) + 'x'))).toThrow('4097 characters');
  });

  it.each<[string, Content | undefined]>([
    ['annotate.content', undefined],
    ['annotate.caption', caption('')],
    ['annotate.caption', caption('x'.repeat(4097))],
    ['annotate.typed_text.text', typed('text/plain', 'x'.repeat(65_537))],
    ['annotate.typed_text.text', typed('text/plain', '')],
    ['annotate.typed_text.media_type', typed('')],
    ['annotate.typed_text.media_type', typed('json')],
    ['annotate.typed_text.media_type', typed('text/plain\r\nx: y')],
    ['annotate.typed_text.media_type', typed(`text/plain; a=${'b'.repeat(255)}`)],
    ['annotate.interaction_graph.interactions', graph()],
    ['annotate.interaction_graph.interactions', graph(...Array.from({ length: 65 }, () => ({})))],
    ['annotate.interaction_graph.interactions[1].tool', graph({}, { tool: '' })],
    ['annotate.interaction_graph.interactions[0].tool', graph({ tool: 'x'.repeat(129) })],
    ['annotate.interaction_graph.interactions[0].confidence', graph({ confidence: 1.5 })],
  ])('refuses a bad %s by name', async (field, content) => {
    const error = await errorOf(() => check(content));
    expect([error.code, error.violations[0]?.field]).toEqual(['invalid_argument', field]);
  });

  it('refuses frames to come', async () => {
    expect(check(caption('now'), 9n).sequence).toBe(9);
    const error = await errorOf(() => check(caption('soon'), 10n));
    expect(error.message).toBe('annotate.sequence is 10; allowed: 0 to 9, the newest frame');
    expect(() => checkAnnotate(Annotate.fromPartial({ content: caption('x') }), 0)).toThrow(
      'before the first frame',
    );
  });
});
