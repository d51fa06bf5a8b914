/** What a figure should reach. */
export interface Goal {
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly because: string;
}

/** By the key that a figure names. */
export const GOALS: Readonly<Record<string, Goal>> = {
  'reference.float': {
    atLeast: 20,
    because: "the reference's work at three present classes, float32 weights",
  },
  'reference.int8': { atLeast: 60, because: "the reference's work at three present classes, 8-bit weights" },
  'limit.share': { atLeast: 0.9, because: 'what is around the model may cost a tenth of the machine' },
  'hd-live.dropped': {
    atMost: 0,
    because: 'a theatre camera is 1080p at 60 frames/s, and every frame counts',
  },
  'hd-live.added': {
    atMost: 15,
    because: 'a colonoscopy aid was cleared with 120 ms from camera to overlay in all',
  },
  'scaling.cost': { atMost: 5, because: 'subscribers must not cost a feed its rate' },
  'ceiling.rate': { atLeast: 1500, because: 'a graphics card must not wait for the orchestration' },
  'fairness.jain': { atLeast: 0.99, because: 'no feed may live at the expense of another' },
  'soak.lost': { atMost: 0, because: 'EVERY_FRAME means every frame' },
  'memory.slope': { atMost: 5, because: 'a day of operations must fit into any machine' },
  'memory.growth': {
    atMost: 0,
    because: 'no growth may be proven: the 95 % interval of the slope must reach down to 0',
  },
};

/** Whether a value reaches its goal. */
export function meets({ atLeast, atMost }: Goal, value: number): boolean {
  return (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost);
}
