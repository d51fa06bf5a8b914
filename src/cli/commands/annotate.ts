import { InvalidArgumentError, type Command } from 'commander';
import { SurgicamError } from '../../domain/errors.js';
import type { Annotate, Interaction } from '../../rpc/gen/surgicam/v1/analysis_service.js';
import { annotateFrame } from '../client/annotate-frame.js';
import { connect, withConnectionFlags, type ConnectionFlags } from '../client/service-client.js';
import { list } from '../flag-parsers.js';
import { onStopRequest } from '../stop-signal.js';

interface AnnotateFlags extends ConnectionFlags {
  readonly caption?: string;
  readonly interaction?: readonly Interaction[];
  readonly text?: string;
  readonly mediaType: string;
}

/** `surgicam annotate <feed> <sequence>`: says something about a frame to those who follow the feed. */
export function registerAnnotate(program: Command): void {
  const command = program
    .command('annotate')
    .description('say something about a frame to those who follow the feed')
    .argument('<feed>', 'name of the feed')
    .argument('<sequence>', "number of the frame, or 'newest'", parseSequence)
    .option('--caption <text>', 'a sentence')
    .option(
      '--interaction <tool,verb,tissue>',
      'which instrument does what to what; may be repeated',
      addInteraction,
    )
    .option('--text <text>', 'text that a program reads')
    .option('--media-type <type>', 'media type of that text', 'text/plain');
  withConnectionFlags(command).action(
    async (feedId: string, sequence: bigint | 'newest', flags: AnnotateFlags) => {
      const content = contentOf(flags);
      const stop = onStopRequest();
      const client = await connect(flags);
      try {
        const receipt = await annotateFrame(client, feedId, sequence, content, stop.signal);
        const { subscriptions: others } = receipt;
        const whom = others === 1 ? '1 other subscriber' : `${others} other subscribers`;
        console.log(`frame ${receipt.sequence} of ${feedId}: handed to ${whom}`);
      } finally {
        client.close();
        stop.release();
      }
    },
  );
}

function contentOf({
  caption,
  interaction,
  text,
  mediaType,
}: AnnotateFlags): NonNullable<Annotate['content']> {
  const contents: NonNullable<Annotate['content']>[] = [];
  if (caption !== undefined) contents.push({ $case: 'caption', value: caption });
  if (text !== undefined) contents.push({ $case: 'typedText', value: { mediaType, text } });
  if (interaction !== undefined) {
    contents.push({ $case: 'interactionGraph', value: { interactions: [...interaction] } });
  }
  const [content, ...others] = contents;
  if (content === undefined || others.length > 0) {
    const given = contents.length === 0 ? undefined : `${contents.length} of them`;
    throw SurgicamError.invalidField('--caption, --interaction, --text', given, 'exactly one of them');
  }
  return content;
}

function parseSequence(text: string): bigint | 'newest' {
  if (text === 'newest') return text;
  if (!/^\d{1,16}$/.test(text))
    throw new InvalidArgumentError("Allowed: a whole number from 0, or 'newest'.");
  return BigInt(text);
}

function addInteraction(text: string, before: readonly Interaction[] | undefined): readonly Interaction[] {
  const [tool, interaction, tissue, ...more] = list(text);
  if (!tool || !interaction || !tissue || more.length > 0) {
    throw new InvalidArgumentError('Allowed: three names, for example grasper,retracts,gallbladder.');
  }
  return [...(before ?? []), { tool, interaction, tissue, confidence: undefined }];
}
