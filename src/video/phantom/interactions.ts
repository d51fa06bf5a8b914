import type { InstrumentKind } from './instruments.js';

/** What an instrument does to tissue, in the words of the EndoVis18 annotations. */
export const INTERACTIONS = [
  'Idle',
  'Grasping',
  'Retraction',
  'Tissue_Manipulation',
  'Tool_Manipulation',
  'Cutting',
  'Cauterization',
  'Suction',
  'Looping',
  'Suturing',
  'Clipping',
  'Staple',
  'Ultrasound_Sensing',
] as const;

export type Interaction = (typeof INTERACTIONS)[number];

/** What each instrument can be seen doing, beside being idle. */
export const ABILITIES: Readonly<Record<InstrumentKind, readonly Interaction[]>> = {
  bipolar_forceps: ['Grasping', 'Cauterization', 'Tissue_Manipulation'],
  prograsp_forceps: ['Retraction', 'Grasping', 'Tissue_Manipulation'],
  large_needle_driver: ['Suturing', 'Looping', 'Tool_Manipulation'],
  monopolar_curved_scissors: ['Cutting', 'Cauterization', 'Tissue_Manipulation'],
  ultrasound_probe: ['Ultrasound_Sensing'],
  suction: ['Suction', 'Tissue_Manipulation'],
  clip_applier: ['Clipping'],
  stapler: ['Staple'],
  hook: ['Cauterization', 'Cutting', 'Retraction'],
  specimen_bag: ['Tissue_Manipulation'],
};

const SINGULAR: Readonly<Record<Interaction, string>> = {
  Idle: 'is idle',
  Grasping: 'is grasping tissue',
  Retraction: 'is retracting tissue',
  Tissue_Manipulation: 'is manipulating tissue',
  Tool_Manipulation: 'is manipulating a tool',
  Cutting: 'is cutting tissue',
  Cauterization: 'is cauterizing tissue',
  Suction: 'is suctioning',
  Looping: 'is looping the thread',
  Suturing: 'is suturing tissue',
  Clipping: 'is clipping tissue',
  Staple: 'is stapling tissue',
  Ultrasound_Sensing: 'is sensing tissue by ultrasound',
};

/** One sentence for what is seen, in the manner of the EndoVis18 captions: instruments that do the same are named together. */
export function captionOf(
  seen: readonly { readonly kind: InstrumentKind; readonly interaction: Interaction }[],
): string {
  if (seen.length === 0) return 'tissue without instruments';
  const groups = new Map<Interaction, string[]>();
  for (const { kind, interaction } of seen) {
    const name = kind.replaceAll('_', ' ');
    groups.set(interaction, [...(groups.get(interaction) ?? []), name]);
  }
  const parts = INTERACTIONS.flatMap((interaction) => {
    const names = groups.get(interaction);
    if (names === undefined) return [];
    const verb = SINGULAR[interaction];
    return [`${listOf(names)} ${names.length === 1 ? verb : verb.replace(/^is /, 'are ')}`];
  });
  // Who works comes before who waits.
  const [first, ...rest] = parts;
  return listOf(groups.has('Idle') ? [...rest, first!] : parts);
}

function listOf(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`;
}
