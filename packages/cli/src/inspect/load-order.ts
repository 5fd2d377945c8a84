import type { FunctionLibrary } from '@km/savedmodel';

type FunctionDef = NonNullable<ReturnType<FunctionLibrary['get']>>;
type NodeDef = FunctionDef['nodeDef'][number];

/**
 * Names that TensorFlow 2.15 gives the functions of a library when a fresh process loads it, by the names that they have.
 * It loads functions that others refer to first, the last of what is ready before the rest, and numbers them with a
 * counter that every graph, function and tensor advances. Functions in a cycle get no name.
 */
export function loadedNames(library: FunctionLibrary): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  // The suffix of resources takes the first number, custom gradients the next ones.
  let counter = 1 + library.registeredGradients.filter((entry) => entry.registeredOpType).length;
  for (const name of loadOrder(library)) {
    counter += tensorCount(library, library.get(name)) + 2;
    const plain = /^__inference_(.*)_\d+$/.exec(name)?.[1] ?? name;
    names.set(name, `__inference_${plain}_${counter}`);
  }
  return names;
}

function loadOrder(library: FunctionLibrary): readonly string[] {
  const users = new Map<string, string[]>();
  const waiting = new Map<string, number>();
  for (const [name, needs] of allDependencies(library)) {
    waiting.set(name, needs.size);
    for (const need of needs) {
      const list = users.get(need);
      if (list === undefined) users.set(need, [name]);
      else list.push(name);
    }
  }
  const ready = library.names.filter((name) => waiting.get(name) === 0);
  const order: string[] = [];
  for (let name = ready.pop(); name !== undefined; name = ready.pop()) {
    order.push(name);
    for (const user of users.get(name) ?? []) {
      const left = (waiting.get(user) ?? 0) - 1;
      waiting.set(user, left);
      if (left === 0) ready.push(user);
    }
  }
  return order;
}

function allDependencies(library: FunctionLibrary): Map<string, Set<string>> {
  const names = new Set(library.names);
  const gradients = new Map(
    library.registeredGradients.map((entry) => [entry.registeredOpType, entry.gradientFunc]),
  );
  const needsOf = (node: NodeDef): readonly string[] => {
    if (names.has(node.op)) return [node.op];
    const gradient = gradients.get(gradientType(node) ?? '');
    return gradient === undefined ? attributeFunctions(node) : [gradient];
  };
  return new Map(
    library.names.map((name) => [
      name,
      new Set((library.get(name)?.nodeDef ?? []).flatMap(needsOf)),
    ]),
  );
}

function gradientType({ op, attr }: NodeDef): string | undefined {
  const bytes = CALL.test(op) ? undefined : attr._gradient_op_type?.s;
  return bytes ? new TextDecoder().decode(bytes) : undefined;
}

function attributeFunctions({ attr }: NodeDef): string[] {
  return Object.values(attr).flatMap(({ func, list }) =>
    [...(func ? [func] : []), ...(list?.func ?? [])].map(({ name }) => name),
  );
}

/** Ops that call the function of their attribute `f`. */
export const CALL: RegExp = /^(Stateful)?PartitionedCall$/;

/** Ops without outputs. */
const NOTHING =
  /^(NoOp|Assert|PrintV2|DisableCopyOnRead|SaveV2|MergeV2Checkpoints|Assign(Add|Sub)?VariableOp|Resource(Sparse)?(Apply|Scatter)\w+|InitializeTable\w*|LookupTable(Import|Insert|Remove)V2|Destroy\w+|TensorArrayCloseV[23]|WriteFile|Write\w*Summary)$/;

/** Attributes that list the types of the outputs, or count them, by the ops that have them. */
const LISTED: readonly (readonly [RegExp, string])[] = [
  [/^((Stateful)?PartitionedCall|(Stateless)?(If|Case)|(Eager)?PyFunc)$/, 'Tout'],
  [/^((Stateless)?While|IdentityN)$/, 'T'],
  [/^RestoreV2$/, 'dtypes'],
  [/^SplitV?$/, 'num_split'],
  [/^Unpack$/, 'num'],
  [/^(ConcatOffset|ShapeN)$/, 'N'],
  [/^DynamicPartition$/, 'num_partitions'],
];

/** Numbers of outputs of other ops that have more than one. */
const SEVERAL: readonly (readonly [RegExp, number])[] = [
  [/^FusedBatchNormV3$/, 6],
  [/^(FusedBatchNorm(V2|Grad(V[23])?)?|CudnnRNNV[23])$/, 5],
  [/^(CudnnRNN(Backprop(V[23])?)?|SparseFillEmptyRows)$/, 4],
  [
    /^(UniqueWithCounts(V2)?|NonMaxSuppressionV5|Svd|StringSplit(V2)?|Sparse(Slice|Concat|Cross\w*))$/,
    3,
  ],
  [
    /^(TopK(V2)?|Unique(V2)?|NonMaxSuppressionV4|Switch|Merge|Qr|(Sparse)?SoftmaxCrossEntropyWithLogits)$/,
    2,
  ],
  [/^(SparseReshape|StringNGrams|RaggedRange|BroadcastGradientArgs|SelfAdjointEigV2|ListDiff)$/, 2],
  [
    /^(LookupTableExportV2|TensorArrayV3|TensorListPopBack|MaxPoolWithArgmax|LogMatrixDeterminant)$/,
    2,
  ],
  [/^StatelessRandomGetKeyCounter$/, 2],
];

function tensorCount(library: FunctionLibrary, body: FunctionDef | undefined): number {
  let count = body?.signature?.inputArg.length ?? 0;
  for (const node of body?.nodeDef ?? []) count += outputCount(library, node);
  return count;
}

function outputCount(library: FunctionLibrary, { op, attr }: NodeDef): number {
  if (NOTHING.test(op)) return 0;
  if (op === 'ParseExampleV2') return parsedCount(attr);
  // A table that is not shared gets a name of its own, with a number.
  if (op === 'HashTableV2') return attr.use_node_name_sharing?.b ? 1 : 2;
  const listed = LISTED.find(([ops]) => ops.test(op))?.[1];
  if (listed !== undefined) {
    const { list, i } = attr[listed] ?? {};
    return list?.type.length ?? Number(i ?? 0n);
  }
  const several = SEVERAL.find(([ops]) => ops.test(op))?.[1];
  return several ?? library.get(op)?.signature?.outputArg.length ?? 1;
}

/** Sparse features are three tensors each, ragged ones two, dense ones one. */
function parsedCount(attr: NodeDef['attr']): number {
  const types = (name: string): number => attr[name]?.list?.type.length ?? 0;
  return 3 * Number(attr.num_sparse?.i ?? 0n) + types('Tdense') + 2 * types('ragged_value_types');
}
