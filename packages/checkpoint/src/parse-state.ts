import { MalformedError } from '@km/core';
import type { CheckpointState } from './state.ts';
import { type StateToken, tokenizeState } from './state-tokens.ts';

interface Fields {
  latest: string;
  readonly all: string[];
  readonly timestamps: number[];
  lastPreserved?: number;
}

/**
 * Parses the text of a `checkpoint` state file (a CheckpointState in protobuf text format).
 * @throws MalformedError when TensorFlow would not parse it either.
 */
export function parseState(text: string): CheckpointState {
  const tokens = tokenizeState(text);
  const fields: Fields = { latest: '', all: [], timestamps: [] };
  while (tokens.length > 0) {
    const name = tokens.shift();
    if (name?.kind !== 'name') throw malformed('a field name is missing');
    if (!takeSign(tokens, ':')) throw malformed(`":" is missing after ${name.text}`);
    readField(fields, name.text, tokens);
    takeSign(tokens, ',');
  }
  return fields;
}

function readField(fields: Fields, name: string, tokens: StateToken[]): void {
  switch (name) {
    case 'model_checkpoint_path':
      fields.latest = takeString(tokens);
      return;
    case 'all_model_checkpoint_paths':
      fields.all.push(...takeList(tokens, takeString));
      return;
    case 'all_model_checkpoint_timestamps':
      fields.timestamps.push(...takeList(tokens, takeNumber));
      return;
    case 'last_preserved_timestamp':
      fields.lastPreserved = takeNumber(tokens);
      return;
    default:
      throw malformed(`the field ${name} is unknown`);
  }
}

function takeList<Value>(tokens: StateToken[], take: (tokens: StateToken[]) => Value): Value[] {
  if (!takeSign(tokens, '[')) return [take(tokens)];
  const values: Value[] = [];
  while (!takeSign(tokens, ']')) {
    if (values.length > 0 && !takeSign(tokens, ',')) throw malformed('a list does not end');
    values.push(take(tokens));
  }
  return values;
}

function takeSign(tokens: StateToken[], sign: StateToken['kind']): boolean {
  if (tokens[0]?.kind !== sign) return false;
  tokens.shift();
  return true;
}

function takeString(tokens: StateToken[]): string {
  const bytes: number[] = [];
  let found = false;
  for (let token = tokens[0]; token?.kind === 'string'; token = tokens[0]) {
    for (const byte of token.bytes) bytes.push(byte);
    found = true;
    tokens.shift();
  }
  if (!found) throw malformed('a string is missing');
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

function takeNumber(tokens: StateToken[]): number {
  const token = tokens.shift();
  if (token?.kind !== 'number' && token?.kind !== 'name') throw malformed('a number is missing');
  const value =
    token.kind === 'name' ? namedNumber(token.text) : Number(token.text.replace(/[fF]$/, ''));
  if (value === undefined || (token.kind === 'number' && Number.isNaN(value)))
    throw malformed(`${token.text} is no number`);
  return value;
}

function namedNumber(name: string): number | undefined {
  switch (name.toLowerCase()) {
    case 'inf':
    case 'infinity':
      return Number.POSITIVE_INFINITY;
    case 'nan':
      return Number.NaN;
    default:
      return undefined;
  }
}

function malformed(what: string): MalformedError {
  return new MalformedError(`The state file is damaged: ${what}.`);
}
