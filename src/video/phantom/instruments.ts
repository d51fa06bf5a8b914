/** The rendered instruments, in the class order of the 11-class models. */
export const INSTRUMENT_KINDS = [
  'bipolar_forceps',
  'prograsp_forceps',
  'large_needle_driver',
  'monopolar_curved_scissors',
  'ultrasound_probe',
  'suction',
  'clip_applier',
  'stapler',
  'hook',
  'specimen_bag',
] as const;

export type InstrumentKind = (typeof INSTRUMENT_KINDS)[number];

/** Classes of the scene: the instruments, then the tissue, which is in every picture. */
export const PHANTOM_CLASSES: readonly string[] = [...INSTRUMENT_KINDS, 'tissue'];
