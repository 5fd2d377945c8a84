import { LimitError, MAX_RECURSION } from '@km/core';
import { type MessageTypes, messageTypes, type TextField } from './message-types.ts';
import { TextReader } from './text-reader.ts';
import { unquote } from './unquote.ts';
import { WireWriter } from './wire-writer.ts';

interface Context {
  readonly reader: TextReader;
  readonly types: MessageTypes;
  depth: number;
}

/**
 * Encodes a message in protobuf's text format as its binary form; fields that are not known are skipped.
 * @throws MalformedError that names the line; LimitError for more than 100 levels.
 */
export function encodeText(text: string, type: string, name: string): Uint8Array {
  const reader = new TextReader(text, name);
  const context: Context = { reader, types: messageTypes(), depth: 0 };
  const writer = new WireWriter();
  while (!reader.isAtEnd) encodeField(context, type, writer);
  return writer.finish();
}

function encodeField(context: Context, type: string, writer: WireWriter): void {
  const { reader, types } = context;
  const name = reader.takeName() ?? reader.takeExtension();
  if (name === undefined) throw reader.error('a field');
  const field = types.messages.get(type)?.get(name);
  const hasColon = reader.accept(':');
  if (reader.accept('[')) {
    while (!reader.accept(']')) {
      encodeOrSkip(context, field, hasColon, writer);
      if (!reader.startsWith(']')) reader.expect(',');
    }
  } else {
    encodeOrSkip(context, field, hasColon, writer);
  }
  if (!reader.accept(',')) reader.accept(';');
}

function encodeOrSkip(
  context: Context,
  field: TextField | undefined,
  hasColon: boolean,
  writer: WireWriter,
): void {
  const isMessage = context.reader.startsWith('{') || context.reader.startsWith('<');
  if (!isMessage && !hasColon) throw context.reader.error('":" or "{"');
  if (field === undefined) {
    if (isMessage) encodeMessage(context, '');
    else skipScalar(context.reader);
  } else if (field.keyType !== undefined) {
    writer.bytes(field.number, encodeEntry(context, field.keyType, field.type));
  } else if (context.types.messages.has(field.type)) {
    writer.bytes(field.number, encodeMessage(context, field.type));
  } else {
    encodeScalar(context, field.number, field.type, writer);
  }
}

/** Encodes what stands in braces; of a type that is not known, nothing. */
function encodeMessage(context: Context, type: string): Uint8Array {
  return inBraces(context, (writer) => encodeField(context, type, writer));
}

/** Encodes an entry of a map, `{ key: … value: … }`. */
function encodeEntry(context: Context, keyType: string, valueType: string): Uint8Array {
  return inBraces(context, (writer) => {
    const name = context.reader.takeName();
    const field =
      name === 'key'
        ? { number: 1, type: keyType }
        : name === 'value'
          ? { number: 2, type: valueType }
          : undefined;
    encodeOrSkip(context, field, context.reader.accept(':'), writer);
    if (!context.reader.accept(',')) context.reader.accept(';');
  });
}

function inBraces(context: Context, readField: (writer: WireWriter) => void): Uint8Array {
  const { reader } = context;
  const close = reader.accept('<') ? '>' : '}';
  if (close === '}') reader.expect('{');
  context.depth += 1;
  if (context.depth > MAX_RECURSION) {
    throw new LimitError(`${reader.name} is nested deeper than ${MAX_RECURSION} levels.`, {
      source: reader.name,
    });
  }
  const writer = new WireWriter();
  while (!reader.accept(close)) {
    if (reader.isAtEnd) throw reader.error(`"${close}"`);
    readField(writer);
  }
  context.depth -= 1;
  return writer.finish();
}

function encodeScalar(context: Context, field: number, type: string, writer: WireWriter): void {
  switch (type) {
    case 'string':
    case 'bytes':
      writer.bytes(field, readString(context.reader));
      break;
    case 'float':
      writer.float(field, readFloat(context.reader));
      break;
    case 'double':
      writer.double(field, readFloat(context.reader));
      break;
    case 'bool':
      writer.varint(field, readBool(context.reader));
      break;
    case 'sint64':
      writer.varint(field, zigzag(readInteger(context.reader)));
      break;
    default:
      writer.varint(field, readIntegerOrEnum(context, type));
  }
}

function zigzag(value: bigint): bigint {
  return (value << 1n) ^ (value >> 63n);
}

function readString(reader: TextReader): Uint8Array {
  const parts = reader.takeQuoted();
  if (parts.length === 0) throw reader.error('a string in quotes');
  return Uint8Array.from(
    parts.flatMap((part) => {
      const bytes = unquote(part);
      if (bytes === undefined) throw reader.error('a string with known escapes');
      return bytes;
    }),
  );
}

function readBool(reader: TextReader): bigint {
  const word = reader.takeName() ?? reader.takeNumber();
  if (word === 'true' || word === 'True' || word === 't' || word === '1') return 1n;
  if (word === 'false' || word === 'False' || word === 'f' || word === '0') return 0n;
  throw reader.error('true or false');
}

function readFloat(reader: TextReader): number {
  const isNegative = reader.startsWith('-');
  const number = reader.takeNumber();
  if (number !== undefined) {
    return /^-?0[xX]/.test(number) ? Number(toBigInt(number)) : Number(number.replace(/[fF]$/, ''));
  }
  if (isNegative) reader.expect('-');
  const word = reader.takeName()?.toLowerCase();
  if (word === 'nan') return Number.NaN;
  if (word === 'inf' || word === 'infinity') {
    return isNegative ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  throw reader.error('a number');
}

function readInteger(reader: TextReader): bigint {
  const number = reader.takeNumber();
  if (number === undefined || !/^-?(?:0[xX][0-9a-fA-F]+|\d+)$/.test(number) || number.length > 24) {
    throw reader.error('an integer');
  }
  return toBigInt(number);
}

function toBigInt(number: string): bigint {
  const isNegative = number.startsWith('-');
  const digits = isNegative ? number.slice(1) : number;
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return isNegative ? -value : value;
}

function readIntegerOrEnum(context: Context, type: string): bigint {
  const values = context.types.enums.get(type);
  const name = values && context.reader.takeName();
  if (values === undefined || name === undefined) return readInteger(context.reader);
  const value = values.get(name);
  if (value === undefined) throw context.reader.error(`a value of ${type}`);
  return BigInt(value);
}

function skipScalar(reader: TextReader): void {
  if (reader.takeQuoted().length > 0 || reader.takeNumber() !== undefined) return;
  reader.accept('-');
  if (reader.takeName() === undefined) throw reader.error('a value');
}
