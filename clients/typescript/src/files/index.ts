export { featureFiles, type FeatureFile } from './feature-files.js';
export { npzFile } from './npz.js';
export { writeNpy as npyFile } from '../../../../src/files/npy.js';
