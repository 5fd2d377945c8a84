export { crc32c, maskCrc } from './crc32c.ts';
export { decodeObjectGraph } from './decode-object-graph.ts';
export { encodeObjectGraph } from './encode-object-graph.ts';
export { directoryOf, indexKey, joinKey, STATE_FILE, shardKey } from './file-names.ts';
export { type CheckpointFormat, checkpointFormat } from './format.ts';
export type { BundleHeader } from './index-entry.ts';
export {
  type CheckpointDirectory,
  latestCheckpoint,
  readState,
  writeState,
} from './latest-checkpoint.ts';
export {
  escapeEdge,
  layoutObjects,
  type ObjectLayout,
  type ObjectValue,
  type ObjectView,
  type PlacedValue,
  valueKey,
} from './layout-objects.ts';
export { CheckpointManager, type CheckpointManagerOptions } from './manager.ts';
export {
  OBJECT_GRAPH_KEY,
  type ObjectAttribute,
  type ObjectEdge,
  type ObjectGraph,
  type ObjectNode,
  type ObjectSlot,
} from './object-graph.ts';
export { parseState } from './parse-state.ts';
export { printState } from './print-state.ts';
export {
  type Checkpoint,
  type CheckpointLocation,
  type OpaqueTensor,
  type ReadCheckpointOptions,
  readCheckpoint,
} from './read.ts';
export type { CheckpointStore } from './shard-files.ts';
export type { CheckpointState } from './state.ts';
export { type CheckpointTarget, type WriteCheckpointOptions, writeCheckpoint } from './write.ts';
export type { NamedTensor } from './write-shard.ts';
