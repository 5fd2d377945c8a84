import { argumentNames, commonPair } from './common-pairs.ts';
import { type Call, observeLayer } from './observe-layer.ts';
import type { Args, Pair, Refused, Subject } from './subject.ts';

/** Arguments that every layer takes. */
const EVERY = 'name trainable dtype';

type Own = Readonly<Record<string, Pair | Refused>>;

/** A layer, what it is called with, its other arguments, those with common values, and those with values of their own. */
export function layer(
  className: string,
  call: Call,
  base: Args,
  common: string,
  own: Own = {},
): Subject {
  const names = argumentNames(`${EVERY} ${common}`).filter((name) => !(name in own));
  return {
    className,
    base,
    arguments: { ...Object.fromEntries(names.map((name) => [name, commonPair(name)])), ...own },
    observe: (args) => observeLayer(className, args, call),
  };
}
