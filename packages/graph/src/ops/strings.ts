import { MalformedError } from '@km/core';
import { fingerprint64 } from '@km/core/fingerprint64';
import { isFloat } from '../executor/dtype.ts';
import { type Element, HostTensor } from '../executor/host-tensor.ts';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import {
  bytesOf,
  elementOfBigInt,
  hostScalar,
  integersOf,
  onHost,
  shapeOf,
  sizeOf,
} from '../executor/values.ts';
import { hash64 } from '../hash/hash64.ts';
import { sipHash } from '../hash/sip-hash.ts';
import { inputAt } from './define.ts';
import { broadcastPair } from './host/elementwise.ts';
import { hostBroadcast } from './host/strided.ts';
import {
  decodeText,
  encodeText,
  hostStrings,
  indexOfBytes,
  isSpace,
  joinBytes,
  sparseParts,
} from './host/text.ts';
import { mapping } from './patterns.ts';
import { broadcastShapes } from './shape.ts';

function casing(change: (text: string) => string): OpBuilder {
  return (node) => {
    const isUtf8 = node.attrs.string('encoding') === 'utf-8';
    const ascii = (text: Uint8Array): Uint8Array =>
      text.map((byte) =>
        byte < 128 ? (change(String.fromCharCode(byte)).codePointAt(0) ?? byte) : byte,
      );
    return mapping(isUtf8 ? (text) => encodeText(change(decodeText(text))) : ascii)(node);
  };
}

function strip(text: Uint8Array): Uint8Array {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text[start] ?? 0)) start++;
  while (end > start && isSpace(text[end - 1] ?? 0)) end--;
  return text.subarray(start, end);
}

const join: OpBuilder = ({ attrs }) => {
  const separator = attrs.bytes('separator');
  return (inputs) => {
    const shape = broadcastShapes(inputs.map(shapeOf));
    const parts = inputs.map((input) => hostBroadcast(onHost(input, 'string'), shape).data);
    const data = Array.from({ length: sizeOf(shape) }, (_, i) =>
      joinBytes(
        parts.map((part) => part[i] as Uint8Array),
        separator,
      ),
    );
    return hostStrings(shape, data);
  };
};

/** Parts of a text between bytes of a set. */
function splitAtAny(text: Uint8Array, delimiters: Uint8Array, skipEmpty: boolean): Uint8Array[] {
  if (delimiters.length === 0) return Array.from(text, (_, i) => text.subarray(i, i + 1));
  const parts: Uint8Array[] = [];
  let start = 0;
  for (let end = 0; end <= text.length; end++) {
    if (end < text.length && !delimiters.includes(text[end] ?? 0)) continue;
    if (!skipEmpty || end > start) parts.push(text.subarray(start, end));
    start = end + 1;
  }
  return parts;
}

/** Parts of a text between separators; an empty separator means whitespace. */
function splitAt(text: Uint8Array, separator: Uint8Array, most: number): Uint8Array[] {
  if (separator.length === 0) return splitAtSpace(text, most);
  const parts: Uint8Array[] = [];
  let start = 0;
  for (;;) {
    const end = most >= 0 && parts.length >= most ? -1 : indexOfBytes(text, separator, start);
    if (end < 0) return [...parts, text.subarray(start)];
    parts.push(text.subarray(start, end));
    start = end + separator.length;
  }
}

function splitAtSpace(text: Uint8Array, most: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let rest = strip(text);
  while (rest.length > 0) {
    const end = most >= 0 && parts.length >= most ? -1 : rest.findIndex(isSpace);
    if (end < 0) return [...parts, rest];
    parts.push(rest.subarray(0, end));
    rest = strip(rest.subarray(end));
  }
  return parts;
}

const splitting: OpFamily = {
  StringSplit: ({ attrs }) => {
    const skipEmpty = attrs.bool('skip_empty');
    return (inputs) => {
      const [delimiters = new Uint8Array()] = bytesOf(inputAt(inputs, 1));
      return sparseParts(
        bytesOf(inputAt(inputs, 0)).map((text) => splitAtAny(text, delimiters, skipEmpty)),
      );
    };
  },
  StringSplitV2: ({ attrs }) => {
    const most = attrs.int('maxsplit');
    return (inputs) => {
      const [separator = new Uint8Array()] = bytesOf(inputAt(inputs, 1));
      return sparseParts(bytesOf(inputAt(inputs, 0)).map((text) => splitAt(text, separator, most)));
    };
  },
};

/** Makes the op that sorts strings into buckets by a hash. */
function bucketing(
  hashOf: (node: Parameters<OpBuilder>[0]) => (text: Uint8Array) => bigint,
): OpBuilder {
  return (node) => {
    const hash = hashOf(node);
    const buckets = node.attrs.bigint('num_buckets');
    if (buckets < 1n) throw new MalformedError(`${node.where} has ${buckets} buckets.`);
    return (inputs) => {
      const x = inputAt(inputs, 0);
      const data = bytesOf(x).map((text) => elementOfBigInt(hash(text) % buckets));
      return new HostTensor('int64', shapeOf(x), data);
    };
  };
}

const hashing: OpFamily = {
  StringToHashBucketFast: bucketing(() => fingerprint64),
  StringToHashBucket: bucketing(() => hash64),
  StringToHashBucketStrong: bucketing(({ attrs }) => {
    const [first = 0, second = 0] = attrs.ints('key');
    const key = [BigInt.asUintN(64, BigInt(first)), BigInt.asUintN(64, BigInt(second))] as const;
    return (text) => sipHash(text, key);
  }),
};

/** Code points of a text, or its bytes. */
function unitsOf(text: Uint8Array, unit: string): Uint8Array[] {
  if (unit !== 'UTF8_CHAR') return Array.from(text, (_, i) => text.subarray(i, i + 1));
  const starts = Array.from(text, (byte, i) => ((byte & 0xc0) === 0x80 ? -1 : i)).filter(
    (i) => i >= 0,
  );
  return starts.map((start, i) => text.subarray(start, starts[i + 1] ?? text.length));
}

const measuring: OpFamily = {
  StringLength: ({ attrs }) => {
    const unit = attrs.string('unit');
    return (inputs) => {
      const x = inputAt(inputs, 0);
      const data = bytesOf(x).map((text) => unitsOf(text, unit).length);
      return new HostTensor('int32', shapeOf(x), data);
    };
  },
  Substr: ({ attrs }) => {
    const unit = attrs.string('unit');
    return (inputs) => {
      const x = onHost(inputAt(inputs, 0), 'string');
      const { shape, left } = broadcastPair(x, onHost(inputAt(inputs, 1), 'int32'));
      const positions = hostBroadcast(onHost(inputAt(inputs, 1), 'int32'), shape).data;
      const lengths = hostBroadcast(onHost(inputAt(inputs, 2), 'int32'), shape).data;
      const data = Array.from(left, (text, i) => {
        const units = unitsOf(text as Uint8Array, unit);
        const position = Number(positions[i]);
        const start = position < 0 ? position + units.length : position;
        if (start < 0 || start > units.length) {
          throw new MalformedError(
            `A substring starts at ${position} of a text of ${units.length}.`,
          );
        }
        return joinBytes(units.slice(start, start + Number(lengths[i])));
      });
      return hostStrings(shape, data);
    };
  },
};

/** Joins the strings along axes, in the order in which the axes are given. */
const reduceJoin: OpBuilder = ({ attrs }) => {
  const separator = attrs.bytes('separator');
  const keepDims = attrs.bool('keep_dims');
  return (inputs) => {
    let x = onHost(inputAt(inputs, 0), 'string');
    const axes = integersOf(inputAt(inputs, 1)).map((axis) => (axis < 0 ? axis + x.rank : axis));
    for (const axis of axes) x = joinAxis(x, axis, separator);
    return keepDims
      ? x
      : hostStrings(
          x.shape.filter((_, i) => !axes.includes(i)),
          bytesOf(x),
        );
  };
};

function joinAxis(x: HostTensor, axis: number, separator: Uint8Array): HostTensor {
  const length = x.shape[axis] ?? 1;
  const inner = sizeOf(x.shape.slice(axis + 1));
  const shape = x.shape.map((size, i) => (i === axis ? 1 : size));
  const data = Array.from({ length: sizeOf(shape) }, (_, i) => {
    const start = Math.floor(i / inner) * length * inner + (i % inner);
    const parts = Array.from({ length }, (_unused, k) => x.data[start + k * inner] as Uint8Array);
    return joinBytes(parts, separator);
  });
  return hostStrings(shape, data);
}

/** Joins the strings of each segment. */
const segmentJoin: OpBuilder = ({ attrs }) => {
  const separator = attrs.bytes('separator');
  return (inputs) => {
    const x = onHost(inputAt(inputs, 0), 'string');
    const ids = onHost(inputAt(inputs, 1), 'int32');
    const [count = 0] = integersOf(inputAt(inputs, 2));
    const inner = sizeOf(x.shape.slice(ids.rank));
    const groups = Array.from({ length: count * inner }, (): Uint8Array[] => []);
    for (let i = 0; i < x.size; i++) {
      const id = Number(ids.data[Math.floor(i / inner)]);
      groups[id * inner + (i % inner)]?.push(x.data[i] as Uint8Array);
    }
    const shape = [count, ...x.shape.slice(ids.rank)];
    return hostStrings(
      shape,
      groups.map((group) => joinBytes(group, separator)),
    );
  };
};

const numberParsing: OpFamily = {
  StringToNumber: ({ outputTypes }) => {
    const [dtype = 'float32'] = outputTypes;
    return (inputs) => {
      const x = inputAt(inputs, 0);
      const data = bytesOf(x).map((text): Element => {
        const written = decodeText(text).trim();
        const isNumber = isFloat(dtype)
          ? /^[-+]?(\d+\.?\d*([eE][-+]?\d+)?|\.\d+([eE][-+]?\d+)?|inf(inity)?|nan)$/i.test(written)
          : /^[-+]?\d+$/.test(written);
        if (!isNumber)
          throw new MalformedError(
            `StringToNumberOp could not correctly convert string: ${written}`,
          );
        return isFloat(dtype)
          ? Math.fround(parseFloating(written))
          : elementOfBigInt(BigInt(written));
      });
      return new HostTensor(dtype, shapeOf(x), data);
    };
  },
};

function parseFloating(text: string): number {
  const special = /^([-+]?)(inf|nan)/i.exec(text);
  if (special === null) return Number(text);
  if (special[2]?.toLowerCase() === 'nan') return Number.NaN;
  return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Ops of strings. */
export const stringOps: OpFamily = {
  StringJoin: join,
  StringLower: casing((text) => text.toLowerCase()),
  StringUpper: casing((text) => text.toUpperCase()),
  StringStrip: mapping(strip),
  ReduceJoin: reduceJoin,
  UnsortedSegmentJoin: segmentJoin,
  ...splitting,
  ...hashing,
  ...measuring,
  ...numberParsing,
  ShardedFilename: () => (inputs) => {
    const [name = new Uint8Array()] = bytesOf(inputAt(inputs, 0));
    const [shard = 0, count = 0] = inputs.slice(1).map((input) => integersOf(input)[0] ?? 0);
    const numbers = [shard, count].map((number) => String(number).padStart(5, '0'));
    return hostScalar(encodeText(`${decodeText(name)}-${numbers.join('-of-')}`), 'string');
  },
};
