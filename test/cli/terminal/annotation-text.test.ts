import { describe, expect, it } from '@jest/globals';
import { annotationText } from '../../../src/cli/terminal/annotation-text.js';
import { FeedView } from '../../../src/cli/terminal/feed-view.js';
import { tableLines } from '../../../src/cli/terminal/live-table.js';
import type { Annotation } from '../../../src/rpc/gen/surgicam/v1/analysis_service.js';
import { analysisMessage } from '../../fixtures/analysis-message.js';

const said = (content: Annotation['content'], author = 'dr-lee'): Annotation => ({
  sequence: 7n,
  receiveTime: new Date(0),
  author,
  content,
});
const caption = (value: string) => said({ $case: 'caption', value });

describe('the text of an annotation', () => {
  it('says who said what about which frame', () => {
    expect(annotationText(caption('clipped'))).toBe('dr-lee on frame 7: clipped');
    const triple = { tool: 'hook', interaction: 'cuts', tissue: 'fat', confidence: 0.5 };
    expect(annotationText(said({ $case: 'interactionGraph', value: { interactions: [triple] } }))).toBe(
      'dr-lee on frame 7: hook cuts fat (0.50)',
    );
  });

  it('lets nobody move the cursor, begin a line of his own or turn the writing', () => {
    const text = annotationText({ ...caption('a\u001b[1A\r\nb\u202ec\u0000'), author: 'x\ny' });
    expect(text).toBe('x y on frame 7: a [1A b c');
  });

  it('is cut where it is long', () => {
    expect(annotationText(caption('x'.repeat(4096)))).toHaveLength('dr-lee on frame 7: '.length + 204);
  });

  it('stands below the table', () => {
    const view = new FeedView('or-1');
    const show = () => tableLines(analysisMessage({}), view);
    expect(show().join('\n')).not.toContain('dr-lee');
    view.accept({ response: { $case: 'annotation', value: caption('clipped') }, skipped: undefined }, 0);
    expect(show().at(-1)).toBe('dr-lee on frame 7: clipped');
  });
});
