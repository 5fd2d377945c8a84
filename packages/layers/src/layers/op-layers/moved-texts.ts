import { isMetaBackend, isTracing } from '@km/graph';
import * as tf from '@tensorflow/tfjs-core';
import { flatten, mapStructure } from '../../engine/nest.ts';
import { callOneOp } from './op-call.ts';
import { joinTexts, textsOf } from './string-symbols.ts';
import { SymbolArgs, type SymbolFunction, toOperand } from './symbol-args.ts';

type Given = Readonly<Record<string, unknown>>;

/** Functions that only move elements, which is the same for texts as for the numbers of their places. */
const MOVING: ReadonlySet<string> = new Set(
  `transpose gather gather_nd reverse roll tile repeat split where pad boolean_mask broadcast_to slice strided_slice
  dynamic_partition unstack stack concat __operators__.getitem image.flip_left_right image.flip_up_down
  linalg.matrix_transpose reverse_sequence tensor_scatter_nd_update`.split(/\s+/),
);

const isText = (value: unknown): boolean =>
  value instanceof tf.Tensor ? value.dtype === 'string' : typeof value === 'string';

/** Arguments that are texts by themselves, not elements. */
const OPTIONS: ReadonlySet<string> = new Set(['mode', 'name', 'direction', 'dtype']);

/** True for a call that moves texts, or compares or joins them. */
export function takesTexts(symbol: string, input: unknown): boolean {
  const moves = MOVING.has(symbol) || COMPARING.has(symbol) || symbol === 'zeros_like';
  const isFirst = flatten<unknown>(input as never).some(
    (each) => each instanceof tf.Tensor && each.dtype === 'string',
  );
  return moves && isFirst;
}

/** True for functions whose other arguments than the first are texts. */
export function choosesTexts(symbol: string, given: Given): boolean {
  if (symbol === 'where') return isText(given.x) || isText(given.y);
  return symbol === 'dynamic_stitch' && [given.data].flat().some(isText);
}

const COMPARING: ReadonlyMap<string, SymbolFunction> = new Map<string, SymbolFunction>([
  ['math.equal', (input, args) => compared(input, args.raw('y'), true)],
  ['__operators__.eq', (input, args) => compared(input, args.raw('other'), true)],
  ['math.not_equal', (input, args) => compared(input, args.raw('y'), false)],
  ['__operators__.ne', (input, args) => compared(input, args.raw('other'), false)],
  ['__operators__.add', (input, args) => joinTexts([textsOf(input), textsOf(args.raw('y'))], '')],
  ['math.add', (input, args) => joinTexts([textsOf(input), textsOf(args.raw('y'))], '')],
]);

function compared(a: unknown, b: unknown, equal: boolean): tf.Tensor {
  const [x, y] = [textsOf(a), textsOf(b)];
  const shape = tf.broadcast_util.assertAndGetBroadcastShape(x.shape, y.shape);
  if (isTracing()) {
    const op = equal ? 'Equal' : 'NotEqual';
    return callOneOp({ op, inputs: [x, y], outputs: [{ shape, dtype: 'bool' }] });
  }
  if (isMetaBackend()) return tf.fill(shape, 0, 'bool' as never);
  const numbers = new Map<string, number>();
  const numbered = (texts: tf.Tensor): tf.Tensor => {
    const places = [...texts.dataSync<'string'>()].map((text) => {
      const known = numbers.get(text) ?? numbers.size;
      numbers.set(text, known);
      return known;
    });
    return tf.tensor(places, texts.shape, 'int32');
  };
  const [left, right] = [numbered(x), numbered(y)];
  return equal ? tf.equal(left, right) : tf.notEqual(left, right);
}

/** Texts without characters, which not every backend can fill in. */
function emptyTexts(shape: readonly number[]): tf.Tensor {
  if (isMetaBackend() || isTracing()) return tf.fill([...shape], '', 'string');
  const texts = new Array<string>(tf.util.sizeFromShape([...shape])).fill('');
  return tf.tensor(texts, [...shape], 'string');
}

/** Runs a function on texts. */
export function onTexts(
  symbol: string,
  fn: SymbolFunction,
  input: unknown,
  given: Given,
): tf.Tensor | tf.Tensor[] {
  const comparing = COMPARING.get(symbol);
  if (comparing !== undefined) return comparing(input, new SymbolArgs(given));
  if (symbol === 'zeros_like') return emptyTexts(toOperand(input).shape);
  if (isTracing()) return tracedMoves(fn, input, given);
  const texts: string[] = [''];
  const placed = (value: unknown): unknown => {
    if (!isText(value)) return value;
    const tensor = textsOf(value);
    const first = texts.length;
    if (!isMetaBackend()) texts.push(...tensor.dataSync<'string'>());
    const numbers = tf.range(first, first + tensor.size, 1, 'int32');
    return tf.reshape(numbers, tensor.shape);
  };
  const moved = movedPlaces(fn, input, given, placed);
  const back = (places: tf.Tensor): tf.Tensor => {
    if (isMetaBackend()) return emptyTexts(places.shape);
    const found = Array.from(places.dataSync(), (place) => texts[place] ?? '');
    return tf.tensor(found, places.shape, 'string');
  };
  return Array.isArray(moved) ? moved.map(back) : back(moved);
}

/** Runs a function on what stands for texts. */
function movedPlaces(
  fn: SymbolFunction,
  input: unknown,
  given: Given,
  placed: (value: unknown) => unknown,
): tf.Tensor | tf.Tensor[] {
  const args = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      OPTIONS.has(name) ? value : mapStructure<unknown, unknown>(value as never, placed),
    ]),
  );
  return fn(mapStructure<unknown, unknown>(input as never, placed), new SymbolArgs(args));
}

/** Writes a function on the places of texts, and a look for the texts at the places that it gives. */
function tracedMoves(fn: SymbolFunction, input: unknown, given: Given): tf.Tensor | tf.Tensor[] {
  const texts: tf.Tensor[] = [tf.tensor1d([''], 'string')];
  let next = 1;
  const placed = (value: unknown): unknown => {
    if (!isText(value)) return value;
    const tensor = textsOf(value);
    texts.push(tf.reshape(tensor, [tensor.size]));
    const numbers = tf.range(next, next + tensor.size, 1, 'int32');
    next += tensor.size;
    return tf.reshape(numbers, tensor.shape);
  };
  const moved = movedPlaces(fn, input, given, placed);
  const all = tf.concat(texts);
  const back = (places: tf.Tensor): tf.Tensor =>
    callOneOp({
      op: 'GatherV2',
      inputs: [all, tf.cast(places, 'int32'), tf.scalar(0, 'int32')],
      outputs: [{ shape: places.shape, dtype: 'string' }],
    });
  return Array.isArray(moved) ? moved.map(back) : back(moved);
}
