import type { AnnotationContent, Interaction } from '../../domain/annotation.js';
import { SurgicamError } from '../../domain/errors.js';
import type { Annotate, Interaction as InteractionMessage } from '../gen/surgicam/v1/analysis_service.js';
import { checkOptionalUnit, checkText } from './field-checks.js';

const MAX_CAPTION = 4096;
const MAX_TEXT = 65_536;
const MAX_INTERACTIONS = 64;
const MAX_NAME = 128;
const MAX_MEDIA_TYPE = 255;

/** Type, subtype and parameters as RFC 6838 and RFC 9110 spell them. */
const MEDIA_TYPE = mediaTypePattern();

/**
 * An `annotate` message, checked. `framesDecoded`: how many frames the feed has had so far. Error: invalid_argument with
 * the name of the field.
 */
export function checkAnnotate(
  { sequence, content }: Annotate,
  framesDecoded: number,
): { readonly sequence: number; readonly content: AnnotationContent } {
  if (sequence >= BigInt(framesDecoded)) {
    const allowed =
      framesDecoded === 0 ? 'nothing before the first frame' : `0 to ${framesDecoded - 1}, the newest frame`;
    throw SurgicamError.invalidField('annotate.sequence', sequence, allowed);
  }
  return { sequence: Number(sequence), content: checkContent(content) };
}

function checkContent(content: Annotate['content']): AnnotationContent {
  switch (content?.$case) {
    case undefined:
      throw SurgicamError.invalidField(
        'annotate.content',
        undefined,
        'caption, typed_text or interaction_graph',
      );
    case 'caption':
      checkText('annotate.caption', content.value, MAX_CAPTION);
      return { kind: 'caption', caption: content.value };
    case 'typedText': {
      const { mediaType, text } = content.value;
      checkMediaType('annotate.typed_text.media_type', mediaType);
      checkText('annotate.typed_text.text', text, MAX_TEXT);
      return { kind: 'typed_text', mediaType, text };
    }
    case 'interactionGraph': {
      const { interactions } = content.value;
      const path = 'annotate.interaction_graph.interactions';
      if (interactions.length === 0 || interactions.length > MAX_INTERACTIONS) {
        throw SurgicamError.invalidField(
          path,
          `${interactions.length} interactions`,
          `1 to ${MAX_INTERACTIONS}`,
        );
      }
      return {
        kind: 'interaction_graph',
        interactions: interactions.map((item, i) => checkInteraction(`${path}[${i}]`, item)),
      };
    }
  }
}

function checkInteraction(
  path: string,
  { tool, interaction, tissue, confidence }: InteractionMessage,
): Interaction {
  for (const [name, text] of Object.entries({ tool, interaction, tissue })) {
    checkText(`${path}.${name}`, text, MAX_NAME);
  }
  checkOptionalUnit(`${path}.confidence`, confidence);
  return { tool, interaction, tissue, ...(confidence === undefined ? {} : { confidence }) };
}

function checkMediaType(field: string, value: string): void {
  if (value.length > MAX_MEDIA_TYPE || !MEDIA_TYPE.test(value)) {
    throw SurgicamError.invalidField(
      field,
      value,
      `type/subtype of at most ${MAX_MEDIA_TYPE} characters, for example application/json; charset=utf-8`,
    );
  }
}

function mediaTypePattern(): RegExp {
  const name = '[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}';
  const token = "[A-Za-z0-9!#$%&'*+.^_`|~-]+";
  const quoted = '"[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]*"';
  return new RegExp(`^${name}/${name}(?: *; *${token}=(?:${token}|${quoted}))*$`);
}
