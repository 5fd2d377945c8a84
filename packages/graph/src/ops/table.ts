import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import { arrangeOps } from './arrange.ts';
import { binaryOps } from './binary.ts';
import { boxOps } from './boxes.ts';
import { castOps } from './cast.ts';
import { complexOps } from './complex.ts';
import { controlOps } from './control.ts';
import { creationOps } from './creation.ts';
import { ctcOps } from './ctc.ts';
import { debugOps } from './debug.ts';
import { decompositionOps } from './decompositions.ts';
import { diagonalOps } from './diagonals.ts';
import { eigenOps } from './eigen.ts';
import { fileOps } from './files.ts';
import { gatherOps } from './gather.ts';
import { imageOps } from './image.ts';
import { inverseOps } from './inverse.ts';
import { listOps } from './lists.ts';
import { matrixOps } from './matrix.ts';
import { nnOps } from './nn.ts';
import { normalizationOps } from './normalization.ts';
import { optimizerOps } from './optimizers.ts';
import { parseOps } from './parse.ts';
import { patternOps } from './patterns.ts';
import { poolingOps } from './pooling.ts';
import { quantizedOps } from './quantized.ts';
import { raggedOps } from './ragged.ts';
import { raggedVariantOps } from './ragged-variants.ts';
import { randomOps } from './random.ts';
import { rareOps } from './rare.ts';
import { recurrentBlockOps } from './recurrent-blocks.ts';
import { reductionOps } from './reduction.ts';
import { segmentOps } from './segments.ts';
import { selectionOps } from './selection.ts';
import { setOps } from './sets.ts';
import { shapeOps } from './shape.ts';
import { slicingOps } from './slicing.ts';
import { spaceOps } from './space.ts';
import { sparseOps } from './sparse.ts';
import { sparseArithmeticOps } from './sparse-arithmetic.ts';
import { spectralOps } from './spectral.ts';
import { stackOps } from './stacks.ts';
import { stringOps } from './strings.ts';
import { tableOps } from './tables.ts';
import { tensorArrayOps } from './tensor-array.ts';
import { textOps } from './text.ts';
import { unaryOps } from './unary.ts';
import { unicodeOps } from './unicode.ts';
import { variableOps } from './variables.ts';

const families: readonly OpFamily[] = [
  arrangeOps,
  binaryOps,
  castOps,
  spectralOps,
  sparseArithmeticOps,
  sparseOps,
  setOps,
  segmentOps,
  randomOps,
  raggedOps,
  raggedVariantOps,
  quantizedOps,
  parseOps,
  optimizerOps,
  imageOps,
  fileOps,
  boxOps,
  spaceOps,
  unicodeOps,
  patternOps,
  inverseOps,
  diagonalOps,
  complexOps,
  controlOps,
  ctcOps,
  creationOps,
  debugOps,
  eigenOps,
  decompositionOps,
  rareOps,
  gatherOps,
  listOps,
  matrixOps,
  nnOps,
  normalizationOps,
  poolingOps,
  recurrentBlockOps,
  reductionOps,
  selectionOps,
  shapeOps,
  slicingOps,
  stackOps,
  stringOps,
  tableOps,
  tensorArrayOps,
  textOps,
  unaryOps,
  variableOps,
];

let table: ReadonlyMap<string, OpBuilder> | undefined;

function builders(): ReadonlyMap<string, OpBuilder> {
  table ??= new Map(families.flatMap((family) => Object.entries(family)));
  return table;
}

/** Makes the kernels of an op; undefined for ops that are not run here. */
export function opBuilder(op: string): OpBuilder | undefined {
  return builders().get(op);
}

/** Names of all ops that run here, sorted. */
export function runnableOps(): string[] {
  return [...builders().keys()].sort();
}
