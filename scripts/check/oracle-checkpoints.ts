/**
 * Lets TensorFlow read checkpoints that @km wrote: `oracle-checkpoints.ts PYTHON...` (each a python with TensorFlow);
 * `oracleCheckpoints` is the part for other commands. TensorFlow writes checkpoints, @km reads them and writes them
 * again: as they are (the bytes must be equal), with other values in a graph laid out anew over an older checkpoint, and
 * in three data files.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  layoutObjects,
  type NamedTensor,
  OBJECT_GRAPH_KEY,
  type ObjectGraph,
  readCheckpoint,
  writeCheckpoint,
  writeState,
} from '@km/checkpoint';
import type { Tensor } from '@km/core';
import { fileStore } from '@km/core/node';

/** What became of one check. */
export interface OracleOutcome {
  readonly id: string;
  readonly status: 'passed' | 'failed';
  readonly reason: string;
}

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'oracle_checkpoints.py');

/** Runs all checks against one python with TensorFlow. */
export async function oracleCheckpoints(python: string): Promise<OracleOutcome[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'checkpoints-'));
  try {
    run(python, 'make', folder);
    const outcomes: OracleOutcome[] = [];
    const own = path.join(folder, 'km');
    mkdirSync(own);
    const prefixes = readdirSync(folder).filter((name) => name.endsWith('.index'));
    for (const file of prefixes) {
      const name = file.slice(0, -'.index'.length);
      outcomes.push(await rewrite(path.join(folder, name), path.join(own, name)));
    }
    const store = fileStore(own);
    const latest = `it's ä "q"`;
    await writeCheckpoint({ store, path: latest }, [
      ['x', { dtype: 'float32', shape: [], data: new Float32Array(1) }],
    ]);
    await writeState({ store, path: '' }, { latest, all: [latest], timestamps: [] });
    return [...outcomes, ...run(python, 'accept', folder)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(python: string, command: string, folder: string): OracleOutcome[] {
  const env = {
    ...process.env,
    ...{ TF_ENABLE_ONEDNN_OPTS: '0', TF_CPP_MIN_LOG_LEVEL: '3', CUDA_VISIBLE_DEVICES: '-1' },
  };
  const done = spawnSync(python, [script, command, folder], { env, encoding: 'utf8' });
  if (done.status !== 0)
    throw new Error(`${python} ${command} failed: ${done.stderr.slice(-2000)}`);
  const lines = done.stdout.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => {
    const { check, ok, reason }: { check: string; ok: boolean; reason: string } = JSON.parse(line);
    return { id: check, status: ok ? 'passed' : 'failed', reason };
  });
}

async function rewrite(from: string, to: string): Promise<OracleOutcome> {
  const id = `${path.basename(from)} same: bytes`;
  const checkpoint = await readCheckpoint(from);
  await writeCheckpoint(`${to}.same`, checkpoint.tensors);
  await writeCheckpoint(`${to}.sharded`, checkpoint.tensors, { shards: 3 });
  const graph = await checkpoint.readObjectGraph();
  if (graph !== undefined) {
    const { tensors, objectGraph } = relaid(graph, await movedTensors(checkpoint.tensors));
    await writeCheckpoint(`${to}.moved`, checkpoint.tensors);
    await writeCheckpoint(`${to}.moved`, tensors, { objectGraph });
  }
  const differing = ['.index', '.data-00000-of-00001'].filter(
    (suffix) => !readFileSync(from + suffix).equals(readFileSync(`${to}.same${suffix}`)),
  );
  const status = differing.length === 0 ? 'passed' : 'failed';
  return { id, status, reason: differing.join(', ') };
}

/** All values, float32 ones raised by one. */
async function movedTensors(
  tensors: Iterable<readonly [string, { read(): Promise<Tensor> }]>,
): Promise<Map<string, Tensor>> {
  const moved = new Map<string, Tensor>();
  for (const [name, lazy] of tensors) {
    const tensor = await lazy.read();
    const raised =
      tensor.dtype === 'float32' ? { ...tensor, data: tensor.data.map((x) => x + 1) } : tensor;
    if (name !== OBJECT_GRAPH_KEY) moved.set(name, raised);
  }
  return moved;
}

/** Lays out the objects of a graph anew, without those that have no values. */
function relaid(
  graph: ObjectGraph,
  values: ReadonlyMap<string, Tensor>,
): { tensors: NamedTensor[]; objectGraph: ObjectGraph } {
  const { nodes } = graph;
  const useful = usefulNodes(graph);
  const layout = layoutObjects(0, {
    children: (item) =>
      (nodes[item]?.children ?? [])
        .filter(({ node }) => useful.has(node))
        .map(({ name, node }) => [name, node] as const),
    values: (item) => nodes[item]?.attributes ?? [],
    slots: (item) =>
      (nodes[item]?.slots ?? []).map(({ name, variable, node }) => ({
        name,
        variable,
        value: node,
      })),
  });
  const tensors = layout.values.map(({ item, key }): NamedTensor => {
    const [attribute] = nodes[item]?.attributes ?? [];
    const tensor = values.get(attribute?.key ?? '');
    if (tensor === undefined) throw new Error(`${key} has no value`);
    return [key, tensor];
  });
  return { tensors, objectGraph: layout.graph };
}

function usefulNodes({ nodes }: ObjectGraph): Set<number> {
  const useful = new Set<number>();
  for (let before = -1; before !== useful.size; ) {
    before = useful.size;
    for (const [index, { children, attributes, slots }] of nodes.entries()) {
      const leads = children.some(({ node }) => useful.has(node));
      if (leads || attributes.length > 0 || slots.length > 0) useful.add(index);
    }
  }
  return useful;
}

async function main(): Promise<void> {
  const outcomes: OracleOutcome[] = [];
  for (const python of process.argv.slice(2)) {
    const found = await oracleCheckpoints(python);
    console.log(python);
    for (const { id, status, reason } of found) console.log(`  ${status.padEnd(8)}${id} ${reason}`);
    outcomes.push(...found);
  }
  const failed = outcomes.filter(({ status }) => status === 'failed').length;
  console.log(`${outcomes.length - failed} passed, ${failed} failed, 0 skipped`);
  if (failed > 0 || outcomes.length === 0) process.exitCode = 1;
}

if (path.basename(process.argv[1] ?? '') === 'oracle-checkpoints.ts') await main();
