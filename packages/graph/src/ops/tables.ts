import { MalformedError, UnsupportedError } from '@km/core';
import { AssetTensor } from '../executor/asset-tensor.ts';
import { type GraphDType, isFloat } from '../executor/dtype.ts';
import { type Element, HostTensor } from '../executor/host-tensor.ts';
import type { OpBuilder, OpFamily, OpNode } from '../executor/op-node.ts';
import { bytesOf, elementOfBigInt, hostScalar, Resource, type Value } from '../executor/values.ts';
import { inputAt } from './define.ts';
import { TableResource } from './table-resource.ts';
import { handleOp } from './variables.ts';

function tableOf(value: Value): TableResource {
  if (value instanceof TableResource) return value;
  const kind = value instanceof Resource ? value.kind : 'tensor';
  throw new MalformedError(`A graph uses a ${kind} as a lookup table.`);
}

/** The table, if it has been filled. */
function filledTableOf(value: Value): TableResource {
  const table = tableOf(value);
  if (table.isInitialized) return table;
  throw new MalformedError('A lookup table is used before it was filled; run the initializers.');
}

function tableOp(isMutable: boolean): OpBuilder {
  return handleOp(TableResource, ({ attrs }: OpNode) => {
    const shape = attrs.has('value_shape') ? (attrs.shape('value_shape') ?? []) : [];
    return new TableResource(
      attrs.type('key_dtype'),
      attrs.type('value_dtype'),
      isMutable,
      shape.map((length) => length ?? 1),
    );
  });
}

/** A table that only its handle names. */
function anonymousTable(isMutable: boolean): OpBuilder {
  return ({ attrs }) => {
    const shape = attrs.has('value_shape') ? (attrs.shape('value_shape') ?? []) : [];
    return {
      kernel: () =>
        new TableResource(
          attrs.type('key_dtype'),
          attrs.type('value_dtype'),
          isMutable,
          shape.map((length) => length ?? 1),
        ),
      outputs: ['borrowed'],
    };
  };
}

/** Columns of a text file that stand for other things than a column. */
const WHOLE_LINE = -2;
const LINE_NUMBER = -1;

const decoder = new TextDecoder();
const encoder = new TextEncoder();

function fieldOf(line: Uint8Array, number: number, index: number, delimiter: string): Element {
  if (index === LINE_NUMBER) return number;
  if (index === WHOLE_LINE) return line;
  const fields = decoder.decode(line).split(delimiter);
  const field = fields[index];
  if (field === undefined) {
    throw new MalformedError(
      `Line ${number} of a vocabulary has ${fields.length} columns, not ${index + 1}.`,
    );
  }
  return encoder.encode(field);
}

function convertField(field: Element, dtype: GraphDType): Element {
  if (dtype === 'string' || typeof field === 'number') return field;
  const text = decoder.decode(field as Uint8Array).trim();
  if (isFloat(dtype)) return Number(text);
  if (/^[-+]?\d+$/.test(text)) return elementOfBigInt(BigInt(text));
  throw new MalformedError(`${JSON.stringify(text)} in a vocabulary is no ${dtype}.`);
}

/** Lines of a file, without the ends of lines. */
function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let start = 0;
  for (let end = bytes.indexOf(10); start < bytes.length; end = bytes.indexOf(10, start)) {
    const stop = end < 0 ? bytes.length : end;
    lines.push(bytes.subarray(start, stop > start && bytes[stop - 1] === 13 ? stop - 1 : stop));
    start = stop + 1;
  }
  return lines;
}

const fromTextFile: OpBuilder = ({ attrs, where }) => {
  const keyIndex = attrs.int('key_index');
  const valueIndex = attrs.int('value_index');
  const size = attrs.int('vocab_size');
  const delimiter = attrs.string('delimiter');
  const offset = attrs.int('offset');
  return (inputs) => {
    const table = tableOf(inputAt(inputs, 0));
    const file = inputAt(inputs, 1);
    if (!(file instanceof AssetTensor)) {
      throw new UnsupportedError(
        `${where} names the file ${JSON.stringify(
          bytesOf(file)
            .map((text) => decoder.decode(text))
            .join(),
        )}, which is no asset of the model; other files are not read.`,
      );
    }
    const lines = linesOf(file.content).slice(offset, size < 0 ? undefined : offset + size);
    const column = (index: number, dtype: GraphDType): HostTensor => {
      const data = lines.map((line, i) => convertField(fieldOf(line, i, index, delimiter), dtype));
      return new HostTensor(dtype, [data.length], data);
    };
    table.initialize(column(keyIndex, table.keyType), column(valueIndex, table.valueType));
    return [];
  };
};

const find: OpBuilder = () => (inputs) =>
  filledTableOf(inputAt(inputs, 0)).find(inputAt(inputs, 1), inputAt(inputs, 2));

const changing = (change: (table: TableResource, inputs: readonly Value[]) => void): OpBuilder => {
  return () => (inputs) => {
    change(tableOf(inputAt(inputs, 0)), inputs);
    return [];
  };
};

const exporting: OpBuilder = () => (inputs) => tableOf(inputAt(inputs, 0)).export();
const sizing: OpBuilder = () => (inputs) => hostScalar(tableOf(inputAt(inputs, 0)).size, 'int64');
const initializing = changing((table, inputs) =>
  table.initialize(inputAt(inputs, 1), inputAt(inputs, 2)),
);
const inserting = changing((table, inputs) => table.insert(inputAt(inputs, 1), inputAt(inputs, 2)));
const importing = changing((table, inputs) =>
  table.replace(inputAt(inputs, 1), inputAt(inputs, 2)),
);
const removing = changing((table, inputs) => table.remove(inputAt(inputs, 1)));

/** Ops of lookup tables. */
export const tableOps: OpFamily = {
  HashTable: tableOp(false),
  HashTableV2: tableOp(false),
  AnonymousHashTable: anonymousTable(false),
  MutableHashTable: tableOp(true),
  MutableHashTableV2: tableOp(true),
  MutableHashTableOfTensors: tableOp(true),
  MutableHashTableOfTensorsV2: tableOp(true),
  MutableDenseHashTable: tableOp(true),
  MutableDenseHashTableV2: tableOp(true),
  AnonymousMutableHashTable: anonymousTable(true),
  AnonymousMutableHashTableOfTensors: anonymousTable(true),
  AnonymousMutableDenseHashTable: anonymousTable(true),
  InitializeTable: initializing,
  InitializeTableV2: initializing,
  InitializeTableFromTextFile: fromTextFile,
  InitializeTableFromTextFileV2: fromTextFile,
  LookupTableFind: find,
  LookupTableFindV2: find,
  LookupTableInsert: inserting,
  LookupTableInsertV2: inserting,
  LookupTableImport: importing,
  LookupTableImportV2: importing,
  LookupTableRemoveV2: removing,
  LookupTableExport: exporting,
  LookupTableExportV2: exporting,
  LookupTableSize: sizing,
  LookupTableSizeV2: sizing,
};
