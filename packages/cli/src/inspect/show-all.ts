import type { MetaGraph } from '@km/savedmodel';
import type { ModelDirectory } from '../place/detect.ts';
import { printable } from '../text/printable.ts';
import { reachableOps, rootFunctions } from './concrete-functions.ts';
import { pythonString } from './python-text.ts';
import { argumentLines } from './show-arguments.ts';

type SignatureDef = MetaGraph['proto']['signatureDef'][string];
type TensorInfo = SignatureDef['inputs'][string];

/** Names of TensorFlow's `DataType` (tensorflow/core/framework/types.proto) by number. */
const DTYPES: readonly string[] =
  'INVALID FLOAT DOUBLE INT32 UINT8 INT16 INT8 STRING COMPLEX64 INT64 BOOL QINT8 QUINT8 QINT32 BFLOAT16 QINT16 QUINT16 UINT16 COMPLEX128 HALF RESOURCE VARIANT UINT32 UINT64 FLOAT8_E5M2 FLOAT8_E4M3FN FLOAT8_E4M3FNUZ FLOAT8_E4M3B11FNUZ FLOAT8_E5M2FNUZ INT4 UINT4 INT2 UINT2 FLOAT4_E2M1FN'.split(
    ' ',
  );

/** Reference types are this much higher than what they refer to. */
const REFERENCE = 100;

/**
 * Writes what `saved_model_cli show --all` of TensorFlow 2.15 prints: graphs, signatures, ops and functions. Ops are
 * sorted; TensorFlow prints them in an order that changes from run to run.
 */
export async function showAll(location: ModelDirectory, signal?: AbortSignal): Promise<string> {
  const { readSavedModel, selectMetaGraph } = await import('@km/savedmodel');
  const model = await readSavedModel(location, { signal });
  const graphs = [...model.metaGraphs].sort((a, b) => compareTags(a.tags, b.tags));
  const hasObjects = graphs.some(({ objectGraph }) => objectGraph !== undefined);
  const parts = [
    ...graphs.flatMap(graphLines).map((line) => `${line}\n`),
    ...(hasObjects ? ['\nConcrete Functions:', ...functionParts(selectMetaGraph(model))] : []),
  ];
  return printable(parts.join(''), '\n\b');
}

function compareTags(a: readonly string[], b: readonly string[]): number {
  for (const [i, tag] of a.entries()) {
    const other = b[i];
    if (other === undefined) return 1;
    if (tag !== other) return tag < other ? -1 : 1;
  }
  return a.length - b.length;
}

function graphLines(graph: MetaGraph): string[] {
  const { tags, proto } = graph;
  const ops = reachableOps(graph).map(pythonString);
  return [
    '',
    `MetaGraphDef with tag-set: '${tags.join(', ')}' contains the following SignatureDefs:`,
    ...sorted(proto.signatureDef).flatMap(([key, signature]) => [
      '',
      `signature_def['${key}']:`,
      ...signatureLines(signature),
    ]),
    `The MetaGraph with tag set [${tags.map(pythonString).join(', ')}] contains the following ops: ${ops.length === 0 ? 'set()' : `{${ops.join(', ')}}`}`,
  ];
}

function signatureLines({ inputs, outputs, methodName }: SignatureDef): string[] {
  const side = (name: string, tensors: Readonly<Record<string, TensorInfo>>): string[] =>
    sorted(tensors).flatMap(([key, tensor]) => [
      `    ${name}['${key}'] tensor_info:`,
      ...tensorLines(tensor),
    ]);
  return [
    '  The given SavedModel SignatureDef contains the following input(s):',
    ...side('inputs', inputs),
    '  The given SavedModel SignatureDef contains the following output(s):',
    ...side('outputs', outputs),
    `  Method name is: ${methodName}`,
  ];
}

function tensorLines({ dtype, tensorShape, name }: TensorInfo): string[] {
  const sizes = (tensorShape?.dim ?? []).map(({ size }) => String(size));
  return [
    `        dtype: ${dtypeName(dtype)}`,
    `        shape: ${tensorShape?.unknownRank ? 'unknown_rank' : `(${sizes.join(', ')})`}`,
    `        name: ${name ?? ''}`,
  ];
}

function dtypeName(code: number): string {
  const name = DTYPES[code > REFERENCE ? code - REFERENCE : code] ?? String(code);
  return `DT_${name}${code > REFERENCE ? '_REF' : ''}`;
}

/** Functions after the heading, whose line ends where the first function begins. */
function functionParts(graph: MetaGraph): string[] {
  return rootFunctions(graph).map(({ name, traces }) => {
    const lines = traces.flatMap(({ inputSignature }, i) => argumentLines(inputSignature, i + 1));
    return [`\n  Function Name: '${name}'`, ...lines, ''].join('\n');
  });
}

function sorted<Value>(entries: Readonly<Record<string, Value>>): (readonly [string, Value])[] {
  return Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));
}
