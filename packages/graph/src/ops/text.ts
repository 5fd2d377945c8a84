import { LimitError, MalformedError, UnsupportedError } from '@km/core';
import { type GraphDType, isFloat, isInteger } from '../executor/dtype.ts';
import { type Element, HostTensor } from '../executor/host-tensor.ts';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import {
  bytesOf,
  elementsOf,
  hostScalar,
  hostVector,
  onHost,
  shapeOf,
  type Value,
} from '../executor/values.ts';
import { inputAt } from './define.ts';
import { printNumber, signed } from './host/print-number.ts';
import { decodeText, encodeText, hostStrings, joinBytes } from './host/text.ts';

interface NumberFormat {
  readonly precision: number;
  readonly scientific: boolean;
  readonly shortest: boolean;
  readonly width: number;
  readonly fill: string;
}

/** Writes one element as C's `printf` does with the format of the node. */
function printed(element: Element, dtype: GraphDType, format: NumberFormat): string {
  if (element instanceof Uint8Array) return decodeText(element);
  if (dtype === 'bool') return element === 1 ? 'true' : 'false';
  if (isInteger(dtype)) return String(element);
  const value = Number(element);
  if (!Number.isFinite(value)) return printNumber(value);
  const { precision, scientific, shortest } = format;
  if (scientific) {
    const [mantissa = '', power = '0'] = value
      .toExponential(precision < 0 ? 6 : precision)
      .split('e');
    return `${mantissa}e${signed(Number(power))}`;
  }
  if (shortest) return printNumber(value, precision < 0 ? 6 : precision);
  return value.toFixed(precision < 0 ? 6 : precision);
}

function padded(text: string, { width, fill }: NumberFormat): string {
  if (width <= text.length) return text;
  if (fill === '0') {
    if (!/\d/.test(text)) return text.padStart(width);
    const sign = /^[-+]/.exec(text)?.[0] ?? '';
    return sign + text.slice(sign.length).padStart(width - sign.length, '0');
  }
  return fill === '-' ? text.padEnd(width) : text.padStart(width);
}

const asString: OpBuilder = ({ attrs, inputTypes }) => {
  const [dtype = 'float32'] = inputTypes;
  const format = {
    precision: attrs.int('precision'),
    scientific: attrs.bool('scientific'),
    shortest: attrs.bool('shortest'),
    width: attrs.int('width'),
    fill: attrs.string('fill'),
  };
  return (inputs) => {
    const x = onHost(inputAt(inputs, 0), dtype);
    const data = Array.from(x.data, (element) =>
      dtype === 'string' && element instanceof Uint8Array && format.width < 0
        ? element
        : encodeText(padded(printed(element, dtype, format), format)),
    );
    return hostStrings(x.shape, data);
  };
};

/** Writes a tensor as TensorFlow prints it: rows in brackets, the middle of long ones left out. */
function printedTensor(value: Value, dtype: GraphDType, edge: number): string {
  const x = onHost(value, dtype);
  const write = (axis: number, start: number, step: number): string => {
    const length = x.shape[axis];
    if (length === undefined) return printedElement(x.data[start] ?? 0, dtype, x.rank > 0);
    const inner = step / Math.max(length, 1);
    const at = (i: number): string => write(axis + 1, start + i * inner, inner);
    const all = Array.from({ length }, (_, i) => i);
    const shown =
      edge < 0 || length <= 2 * edge
        ? all.map(at)
        : [...all.slice(0, edge).map(at), '...', ...all.slice(length - edge).map(at)];
    const gap = axis === x.rank - 1 ? ' ' : `\n${' '.repeat(axis + 1)}`;
    return `[${shown.join(gap)}]`;
  };
  return write(0, 0, x.size);
}

function printedElement(element: Element, dtype: GraphDType, quoted: boolean): string {
  if (element instanceof Uint8Array)
    return quoted ? `"${decodeText(element)}"` : decodeText(element);
  if (dtype === 'bool') return quoted ? String(element) : String(element);
  return isFloat(dtype) ? printNumber(Number(element)) : String(element);
}

const stringFormat: OpBuilder = ({ attrs, inputTypes }) => {
  const pieces = attrs.string('template').split(attrs.string('placeholder'));
  const edge = attrs.int('summarize');
  return (inputs) => {
    const shown = inputs.map((value, i) => printedTensor(value, inputTypes[i] ?? 'float32', edge));
    const text = pieces.map((piece, i) => piece + (i < pieces.length - 1 ? (shown[i] ?? '') : ''));
    return hostScalar(encodeText(text.join('')), 'string');
  };
};

/** Most n-grams of one call. */
const MAX_NGRAMS = 10_000_000;

interface NGrams {
  readonly separator: Uint8Array;
  readonly left: Uint8Array;
  readonly right: Uint8Array;
  readonly pad: number;
  readonly keepsShort: boolean;
  readonly widths: readonly number[];
}

function padCount({ pad }: NGrams, width: number): number {
  return pad < 0 ? width - 1 : Math.min(pad, width - 1);
}

/** Runs of neighbouring strings of a row. */
function nGramsOf(row: readonly Uint8Array[], options: NGrams): Uint8Array[] {
  const grams = options.widths.flatMap((width) => {
    const pads = padCount(options, width);
    const wide = [
      ...new Array<Uint8Array>(pads).fill(options.left),
      ...row,
      ...new Array<Uint8Array>(pads).fill(options.right),
    ];
    const count = Math.max(0, wide.length - width + 1);
    return Array.from({ length: count }, (_, i) =>
      joinBytes(wide.slice(i, i + width), options.separator),
    );
  });
  if (grams.length > 0 || !options.keepsShort || row.length === 0) return grams;
  const [width = 1] = options.widths;
  const pads = padCount(options, width);
  const all = [
    ...new Array<Uint8Array>(pads).fill(options.left),
    ...row,
    ...new Array<Uint8Array>(pads).fill(options.right),
  ];
  return [joinBytes(all, options.separator)];
}

const stringNGrams: OpBuilder = ({ attrs, outputTypes }) => {
  const options = {
    separator: attrs.bytes('separator'),
    left: attrs.bytes('left_pad'),
    right: attrs.bytes('right_pad'),
    pad: attrs.int('pad_width'),
    keepsShort: attrs.bool('preserve_short_sequences'),
    widths: attrs.ints('ngram_widths'),
  };
  const [, splitType] = outputTypes;
  return (inputs) => {
    const data = bytesOf(inputAt(inputs, 0));
    const splits = Array.from(onHost(inputAt(inputs, 1), 'int64').data, Number);
    const grams: Uint8Array[] = [];
    const ends = splits.slice(1).map((end, i) => {
      for (const gram of nGramsOf(data.slice(splits[i], end), options)) grams.push(gram);
      if (grams.length > MAX_NGRAMS)
        throw new LimitError(`More than ${MAX_NGRAMS} n-grams are made.`);
      return grams.length;
    });
    return [
      hostStrings([grams.length], grams),
      hostVector(splits.length > 0 ? [0, ...ends] : [], splitType),
    ];
  };
};

const RAW: ReadonlyMap<GraphDType, new (buffer: ArrayBuffer) => ArrayLike<number> | BigInt64Array> =
  new Map<GraphDType, new (buffer: ArrayBuffer) => ArrayLike<number> | BigInt64Array>([
    ['float32', Float32Array],
    ['float64', Float64Array],
    ['int8', Int8Array],
    ['int16', Int16Array],
    ['int32', Int32Array],
    ['int64', BigInt64Array],
    ['uint8', Uint8Array],
    ['uint16', Uint16Array],
    ['bool', Uint8Array],
  ]);

const decodeRaw: OpBuilder = ({ attrs, outputTypes, where }) => {
  const [dtype = 'uint8'] = outputTypes;
  const view = RAW.get(dtype);
  if (view === undefined || !attrs.bool('little_endian')) {
    throw new UnsupportedError(`${where}: bytes are not read as ${dtype} of this byte order.`);
  }
  return (inputs) => {
    const x = inputAt(inputs, 0);
    const rows = bytesOf(x).map((text) => new view(new Uint8Array(text).buffer));
    const width = rows[0]?.length ?? 0;
    if (rows.some((row) => row.length !== width))
      throw new MalformedError('Texts of different lengths are decoded.');
    const data = rows.flatMap((row): Element[] =>
      row instanceof BigInt64Array ? elementsOf(row) : Array.from(row),
    );
    return new HostTensor(dtype, [...shapeOf(x), width], data);
  };
};

const base64 =
  (toText: boolean): OpBuilder =>
  ({ attrs }) => {
    const pads = toText && attrs.bool('pad');
    return (inputs) => {
      const x = inputAt(inputs, 0);
      return hostStrings(
        shapeOf(x),
        bytesOf(x).map((bytes) => (toText ? toBase64(bytes, pads) : fromBase64(bytes))),
      );
    };
  };

function toBase64(bytes: Uint8Array, pads: boolean): Uint8Array {
  const text = btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
  return encodeText(pads ? text : text.replace(/=+$/, ''));
}

function fromBase64(bytes: Uint8Array): Uint8Array {
  const text = decodeText(bytes).replaceAll('-', '+').replaceAll('_', '/');
  if (!/^[A-Za-z0-9+/]*=*$/.test(text)) throw new MalformedError('A text is no base64.');
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** Ops that write and read texts. */
export const textOps: OpFamily = {
  AsString: asString,
  StringFormat: stringFormat,
  StringNGrams: stringNGrams,
  DecodeRaw: decodeRaw,
  EncodeBase64: base64(true),
  DecodeBase64: base64(false),
};
