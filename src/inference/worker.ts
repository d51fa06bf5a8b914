import { parentPort } from 'node:worker_threads';
import { InferenceSession, Tensor, env } from 'onnxruntime-node';
import type { GraphFeeds, GraphValue } from '../onnx/foreign/run-graph.js';
import type { GraphInputShape, OpenSession } from './graph-session.js';
import { toErrorMessage, type WorkerRequest, type WorkerResponse } from './worker-messages.js';
import { requireVulkanDriver } from './vulkan-driver.js';
import { sessionSettings } from './session-settings.js';
import { WorkerService } from './worker-service.js';

// Entry of an inference worker thread, and the only importer of onnxruntime: its run() computes on the calling
// thread, which must never be the main one.

// The runtime would print a page for every provider that is missing; selectProvider says it in a sentence.
env.logLevel = 'fatal';

const openSession: OpenSession = async (graph, options) => {
  if (options.provider === 'webgpu') requireVulkanDriver();
  const settings: InferenceSession.SessionOptions = sessionSettings(options);
  // One signature for a path, another for bytes.
  const session =
    typeof graph === 'string'
      ? await InferenceSession.create(graph, settings)
      : await InferenceSession.create(graph, settings);
  return {
    inputs: session.inputMetadata.map(
      (input) =>
        ({
          name: input.name,
          ...(input.isTensor ? { type: input.type, dims: input.shape } : {}),
        }) as GraphInputShape,
    ),
    async run(inputs, outputs) {
      const values = await session.run(tensorsOf(inputs), outputs);
      return new Map(outputs.map((name) => [name, values[name]!.data as Float32Array]));
    },
    async evaluate(feeds, outputs) {
      const values = await session.run(tensorsOf(feeds), outputs);
      return new Map(
        outputs.map((name) => {
          const { type, data, dims } = values[name]!;
          return [name, { type, data: data as GraphValue['data'], dims }];
        }),
      );
    },
    release: () => session.release(),
  };
};

function tensorsOf(feeds: GraphFeeds): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { type, data, dims }]) => [name, new Tensor(type, data, dims)]),
  );
}

const port = parentPort!;
const service = new WorkerService(openSession);

async function serve(message: WorkerRequest): Promise<void> {
  const { id } = message;
  try {
    const { reply, transfer } = await service.answer(message);
    port.postMessage({ id, ok: true, reply } satisfies WorkerResponse, transfer);
  } catch (error) {
    port.postMessage({ id, ok: false, error: toErrorMessage(error) } satisfies WorkerResponse);
  }
  if (message.call === 'close') port.close();
}

// One call after the other: a graph's run is as fast as it can be only when it is alone.
let last = Promise.resolve();
port.on('message', (message: WorkerRequest) => {
  if (message.call === 'quit') process.exit(1); // of this thread alone
  if (message.call === 'ping') void serve(message);
  else last = last.then(() => serve(message));
});
