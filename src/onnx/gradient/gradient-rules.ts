import { ACTIVATION_RULES } from './activation-rules.js';
import { ARITHMETIC_RULES } from './arithmetic-rules.js';
import { CONVOLUTION_RULES } from './convolution-rules.js';
import type { GradientRule } from './gradient-step.js';
import { LAYOUT_RULES } from './layout-rules.js';
import { LINEAR_RULES } from './linear-rules.js';
import { NORMALIZATION_RULES } from './normalization-rules.js';
import { POOLING_RULES } from './pooling-rules.js';
import { REDUCTION_RULES } from './reduction-rules.js';

/** Every operator that gradients are known through. */
export const GRADIENT_RULES: ReadonlyMap<string, GradientRule> = new Map(
  Object.entries({
    ...CONVOLUTION_RULES,
    ...LINEAR_RULES,
    ...ACTIVATION_RULES,
    ...ARITHMETIC_RULES,
    ...LAYOUT_RULES,
    ...POOLING_RULES,
    ...REDUCTION_RULES,
    ...NORMALIZATION_RULES,
  }),
);
