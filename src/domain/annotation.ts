/** One instrument doing something to one tissue. */
export interface Interaction {
  readonly tool: string;
  readonly interaction: string;
  readonly tissue: string;
  /** In [0, 1]. If absent, the author says nothing about it. */
  readonly confidence?: number;
}

export type AnnotationContent =
  | { readonly kind: 'caption'; readonly caption: string }
  | { readonly kind: 'typed_text'; readonly mediaType: string; readonly text: string }
  | { readonly kind: 'interaction_graph'; readonly interactions: readonly Interaction[] };

/** What somebody says about a frame. */
export interface Annotation {
  readonly sequence: number;
  /** Wall clock, milliseconds since 1970, when it reached the service. */
  readonly receivedAtMs: number;
  /** Who says it. */
  readonly author: string;
  readonly content: AnnotationContent;
}

/** Characters of an annotation's texts: what it weighs. */
export function annotationLength({ content }: Annotation): number {
  switch (content.kind) {
    case 'caption':
      return content.caption.length;
    case 'typed_text':
      return content.mediaType.length + content.text.length;
    case 'interaction_graph':
      return content.interactions.reduce(
        (sum, { tool, interaction, tissue }) => sum + tool.length + interaction.length + tissue.length,
        0,
      );
  }
}
