import { SurgicamError } from '../../domain/errors.js';
import { GraphEditor } from '../graph-editor.js';
import { pictureAxes, type PreparedNetwork } from './prepare-network.js';
import type { GraphFeed, GraphFeeds, RunGraph } from './run-graph.js';

/** Sizes of tensors for one picture, by the tensors' names. */
export type Shapes = ReadonlyMap<string, readonly number[]>;

/**
 * The sizes of every tensor that a node makes, found by running the network once on a black picture with a Shape node
 * behind each: only the sizes leave the runtime, not the maps. Error: invalid_argument when the network cannot be run.
 */
export async function measureShapes(network: PreparedNetwork, runGraph: RunGraph): Promise<Shapes> {
  const editor = new GraphEditor(network.model);
  const tensors = (network.model.graph!.node ?? []).flatMap(({ output }) => output ?? []).filter(Boolean);
  editor.removeOutputs();
  const probes = new Map<string, string>();
  for (const tensor of tensors) {
    const probe = editor.node('Shape', `shape of ${tensor}`, [tensor]);
    editor.output(probe, 'int64', ['rank']);
    probes.set(tensor, probe);
  }
  const { height, width } = network.size;
  const picture: GraphFeed = {
    type: 'float32',
    data: new Float32Array(3 * height * width),
    dims: pictureAxes(network.input.layout, 1, network.size),
  };
  const values = await runForeign(runGraph, editor.finish(), { [network.input.name]: picture }, [
    ...probes.values(),
  ]);
  return new Map(
    [...probes].map(([tensor, probe]) => [
      tensor,
      [...(values.get(probe)!.data as BigInt64Array)].map(Number),
    ]),
  );
}

/** Runs a foreign network. Error: invalid_argument with what the runtime says when it cannot. */
export async function runForeign(
  runGraph: RunGraph,
  graph: Uint8Array,
  feeds: GraphFeeds,
  outputs: readonly string[],
): ReturnType<RunGraph> {
  try {
    return await runGraph(graph, feeds, outputs);
  } catch (error) {
    const { message } = SurgicamError.from(error);
    throw new SurgicamError('invalid_argument', `the network cannot be run: ${message}`, { cause: error });
  }
}
