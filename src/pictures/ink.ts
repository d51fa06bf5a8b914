// Colours of everything around the frames: dark, so that the frames are the brightest thing to see.

export const PAPER = '#15191f';
export const INK = '#f2f4f7';
export const FAINT_INK = '#aeb6c2';
export const LINE = '#3a424d';
