import type { Structure, TypeSpecStructure } from '@km/savedmodel';

/** Class numbers of the specs that writers before TensorFlow 2.6 did not count the tensors of. */
const SPARSE = 1;
const RAGGED = 3;

/** Name of the class of a spec, which old writers only give as a number. */
export function specClass({ className, classCode }: TypeSpecStructure): string {
  if (classCode === SPARSE) return 'SparseTensorSpec';
  return classCode === RAGGED ? 'RaggedTensorSpec' : className;
}

/** Number of tensors that a composite consists of. */
export function componentCount(spec: TypeSpecStructure): number {
  if (spec.components > 0) return spec.components;
  const name = specClass(spec);
  if (name === 'SparseTensorSpec') return 3;
  return name === 'RaggedTensorSpec' ? 1 + raggedRank(spec.state) : 1;
}

/** Ragged rank of the state of a spec: shape, dtype, ragged rank, dtype of the row splits. */
function raggedRank(state: Structure): number {
  const rank = state.kind === 'tuple' || state.kind === 'list' ? state.items[2] : undefined;
  return rank?.kind === 'int' ? Number(rank.value) : 1;
}
