/**
 * Which of our classes each tool column of Cholec80 is. Inferred from the names: Cholec80 says what a tool is used for,
 * EndoVis18 which robotic instrument it is.
 */
export const CHOLEC80_CLASSES: Readonly<Record<string, string>> = {
  Grasper: 'prograsp_forceps',
  Bipolar: 'bipolar_forceps',
  Hook: 'hook',
  Scissors: 'monopolar_curved_scissors',
  Clipper: 'clip_applier',
  Irrigator: 'suction',
  SpecimenBag: 'specimen_bag',
};

/** Classes of the 11-class models that Cholec80 never shows. */
export const NOT_IN_CHOLEC80 = ['large_needle_driver', 'ultrasound_probe', 'stapler'];
