import type { Annotation, AnnotationContent } from '../../domain/annotation.js';
import type { Annotation as AnnotationMessage } from '../gen/surgicam/v1/analysis_service.js';

export function toAnnotationMessage(annotation: Annotation): AnnotationMessage {
  const { sequence, receivedAtMs, author, content } = annotation;
  return {
    sequence: BigInt(sequence),
    receiveTime: new Date(receivedAtMs),
    author,
    content: toContent(content),
  };
}

function toContent(content: AnnotationContent): NonNullable<AnnotationMessage['content']> {
  switch (content.kind) {
    case 'caption':
      return { $case: 'caption', value: content.caption };
    case 'typed_text':
      return { $case: 'typedText', value: { mediaType: content.mediaType, text: content.text } };
    case 'interaction_graph':
      return {
        $case: 'interactionGraph',
        value: {
          interactions: content.interactions.map(({ tool, interaction, tissue, confidence }) => ({
            tool,
            interaction,
            tissue,
            confidence,
          })),
        },
      };
  }
}
