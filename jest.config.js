// Tests run on the compiled output: worker threads and the command line are then the real files.
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/dist/test'],
  testMatch: ['**/*.test.js'],
  transform: {},
  testTimeout: 60_000,
  // Two cores; every worker loads onnxruntime and ffmpeg children of its own.
  maxWorkers: 2,
};
