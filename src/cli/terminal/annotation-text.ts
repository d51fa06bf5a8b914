import type { Annotation } from '../../rpc/gen/surgicam/v1/analysis_service.js';
import { printable } from './printable.js';

const MAX_TEXT = 200;

/** What somebody said about a frame, as a sentence. */
export function annotationText({ sequence, author, content }: Annotation): string {
  return `${printable(author)} on frame ${sequence}: ${contentText(content)}`;
}

function contentText(content: Annotation['content']): string {
  switch (content?.$case) {
    case 'caption':
      return shortened(content.value);
    case 'typedText':
      return `${printable(content.value.mediaType)} ${shortened(content.value.text)}`;
    case 'interactionGraph':
      return content.value.interactions
        .map(({ tool, interaction, tissue, confidence }) => {
          const triple = [tool, interaction, tissue].map(printable).join(' ');
          return confidence === undefined ? triple : `${triple} (${confidence.toFixed(2)})`;
        })
        .join(', ');
    case undefined:
      return 'something that this version does not know';
  }
}

function shortened(text: string): string {
  const line = printable(text);
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT)} ...` : line;
}
