import { Annotate } from '../../../../src/rpc/gen/surgicam/v1/analysis_service.js';

/** What can be said about a frame; exactly one. */
export type AnnotationContent =
  /** A sentence, at most 4096 characters. */
  | { readonly caption: string }
  /** Text of a media type, at most 65536 characters. */
  | { readonly mediaType: string; readonly text: string }
  /** Which instruments do what to which tissue: 1 to 64 triples. */
  | {
      readonly interactions: readonly {
        readonly tool: string;
        readonly interaction: string;
        readonly tissue: string;
        /** [0, 1]. */
        readonly confidence?: number;
      }[];
    };

export function annotationOf(sequence: bigint, content: AnnotationContent): Annotate {
  return Annotate.fromPartial({ sequence, content: contentOf(content) });
}

function contentOf(content: AnnotationContent) {
  if ('caption' in content) return { $case: 'caption', value: content.caption } as const;
  if ('interactions' in content) {
    const interactions = content.interactions.map((triple) => ({ ...triple }));
    return { $case: 'interactionGraph', value: { interactions } } as const;
  }
  return { $case: 'typedText', value: { mediaType: content.mediaType, text: content.text } } as const;
}
