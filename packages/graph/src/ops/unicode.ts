import { MalformedError, UnsupportedError } from '@km/core';
import type { Attrs } from '../executor/attrs.ts';
import type { OpBuilder, OpFamily } from '../executor/op-node.ts';
import { bytesOf, hostVector, onHost, shapeOf } from '../executor/values.ts';
import { inputAt } from './define.ts';
import { encodeText, hostStrings } from './host/text.ts';

/** What happens to bytes that are no text. */
interface UnicodeRules {
  readonly encoding: string;
  readonly errors: string;
  readonly replacement: number;
  readonly replacesControls: boolean;
}

function unicodeRules(attrs: Attrs): UnicodeRules {
  const encoding = attrs.string('input_encoding').toUpperCase();
  return {
    encoding,
    errors: attrs.string('errors'),
    replacement: attrs.int('replacement_char'),
    replacesControls: attrs.bool('replace_control_characters'),
  };
}

/** Code points of a text with the places of their first bytes. */
function codePoints(bytes: Uint8Array, rules: UnicodeRules): { point: number; at: number }[] {
  if (!/^(UTF-?8|US-ASCII|ASCII)$/.test(rules.encoding)) {
    throw new UnsupportedError(`Text in the encoding ${rules.encoding} is not read.`);
  }
  const found: { point: number; at: number }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = lengthOfCharacter(bytes, at);
    const point = length > 0 ? allowed(pointAt(bytes, at, length), rules) : invalid(rules);
    if (point !== null) found.push({ point, at });
    at += Math.max(length, 1);
  }
  return found;
}

/** What stands for a byte that is no text; null when nothing does. */
function invalid({ errors, replacement }: UnicodeRules): number | null {
  if (errors === 'strict') throw new MalformedError('Invalid formatting on input string');
  return errors === 'ignore' ? null : replacement;
}

/** A code point, or the one that control characters are replaced by. */
function allowed(point: number, { replacesControls, replacement }: UnicodeRules): number {
  const isControl = point < 32 && point !== 9 && point !== 10 && point !== 13;
  return replacesControls && isControl ? replacement : point;
}

/** Number of bytes of the character at a place; 0 when there is none. */
function lengthOfCharacter(bytes: Uint8Array, at: number): number {
  const length = lengthByHead(bytes[at] ?? 0);
  const tail = bytes.subarray(at + 1, at + length);
  const isWhole = tail.length === Math.max(length - 1, 0);
  if (length < 2 || !isWhole || !tail.every((byte) => (byte & 0xc0) === 0x80)) {
    return length === 1 ? 1 : 0;
  }
  const point = pointAt(bytes, at, length);
  const isSurrogate = point >= 0xd800 && point < 0xe000;
  const least = [0, 0, 0x80, 0x800, 0x10000][length] ?? 0;
  return point < least || isSurrogate || point > 0x10ffff ? 0 : length;
}

/** Number of bytes that the first byte of a character announces; 0 for bytes that start none. */
function lengthByHead(head: number): number {
  if (head < 0x80) return 1;
  if (head < 0xc2 || head >= 0xf5) return 0;
  return head < 0xe0 ? 2 : head < 0xf0 ? 3 : 4;
}

function pointAt(bytes: Uint8Array, at: number, length: number): number {
  const head = bytes[at] ?? 0;
  if (length === 1) return head;
  let point = head & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) point = (point << 6) | ((bytes[at + i] ?? 0) & 0x3f);
  return point;
}

function unicodeDecode(withOffsets: boolean): OpBuilder {
  return ({ attrs, outputTypes }) => {
    const rules = unicodeRules(attrs);
    return (inputs) => {
      const rows = bytesOf(inputAt(inputs, 0)).map((text) => codePoints(text, rules));
      const splits = [0];
      for (const row of rows) splits.push((splits.at(-1) ?? 0) + row.length);
      const all = rows.flat();
      const result = [
        hostVector(splits, outputTypes[0]),
        hostVector(all.map(({ point }) => point)),
      ];
      return withOffsets
        ? [
            ...result,
            hostVector(
              all.map(({ at }) => at),
              'int64',
            ),
          ]
        : result;
    };
  };
}

const unicodeEncode: OpBuilder = ({ attrs }) => {
  if (attrs.string('output_encoding') !== 'UTF-8')
    throw new UnsupportedError('Only UTF-8 is written.');
  return (inputs) => {
    const points = Array.from(onHost(inputAt(inputs, 0), 'int32').data, Number);
    const splits = Array.from(onHost(inputAt(inputs, 1), 'int64').data, Number);
    const data = splits.slice(1).map((end, i) =>
      encodeText(
        points
          .slice(splits[i], end)
          .map((point) => String.fromCodePoint(point))
          .join(''),
      ),
    );
    return hostStrings([data.length], data);
  };
};

const unicodeTranscode: OpBuilder = ({ attrs }) => {
  const rules = unicodeRules(attrs);
  if (attrs.string('output_encoding') !== 'UTF-8')
    throw new UnsupportedError('Only UTF-8 is written.');
  return (inputs) => {
    const x = inputAt(inputs, 0);
    const data = bytesOf(x).map((text) =>
      encodeText(
        codePoints(text, rules)
          .map(({ point }) => String.fromCodePoint(point))
          .join(''),
      ),
    );
    return hostStrings(shapeOf(x), data);
  };
};

/** Ops of Unicode characters. */
export const unicodeOps: OpFamily = {
  UnicodeDecode: unicodeDecode(false),
  UnicodeDecodeWithOffsets: unicodeDecode(true),
  UnicodeEncode: unicodeEncode,
  UnicodeTranscode: unicodeTranscode,
};
