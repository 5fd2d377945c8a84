import { UnsupportedError } from '@km/core';
import { AssetTensor } from '../executor/asset-tensor.ts';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import { hostScalar } from '../executor/values.ts';
import { inputAt } from './define.ts';

function refused(where: string): UnsupportedError {
  return new UnsupportedError(
    `${where} would touch files or processes, which the functions of a model may not do here.`,
  );
}

/** Never runs: the op reaches out of the graph, to files, processes or Python. */
const refuse: OpBuilder =
  ({ where }) =>
  () => {
    throw refused(where);
  };

/** Gives the content of an asset of the model, which is in memory; no other file is read. */
const readFile: OpBuilder =
  ({ where }) =>
  (inputs) => {
    const path = inputAt(inputs, 0);
    if (path instanceof AssetTensor) return hostScalar(path.content, 'string');
    throw refused(where);
  };

const REFUSED = [
  'WriteFile',
  'MatchingFiles',
  'PyFunc',
  'PyFuncStateless',
  'EagerPyFunc',
  'Save',
  'SaveSlices',
  'SaveV2',
  'Restore',
  'RestoreSlice',
  'RestoreV2',
  'MergeV2Checkpoints',
] as const;

/** Ops that reach out of the graph. */
export const fileOps: OpFamily = {
  ReadFile: readFile,
  ...Object.fromEntries(REFUSED.map((op) => [op, refuse])),
};
