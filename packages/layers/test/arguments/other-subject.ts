import * as tf from '@tensorflow/tfjs-core';
import { resetNames } from '../../src/engine/names.ts';
import { type Nested, nest } from '../../src/index.ts';
import type { Args, Observation, Pair, Refused, Subject } from './subject.ts';

/** Prints numbers so that rounding noise does not show. */
export function printed(values: Iterable<number | boolean | string>): string {
  return [...values]
    .map((value) => (typeof value === 'number' ? value.toPrecision(5) : String(value)))
    .join();
}

/** Prints the tensors of a structure. */
export function printedTensors(values: unknown): string {
  return nest
    .flatten<tf.Tensor>(values as Nested<tf.Tensor>)
    .map((tensor) => `[${tensor.shape.join()}] ${printed(tensor.dataSync())}`)
    .join('; ');
}

/** Makes an object of a class of a namespace. */
export function make(namespace: object, className: string, args: Args): unknown {
  const owner: unknown = Reflect.get(namespace, className);
  if (typeof owner !== 'function') throw new Error(`no class ${className}`);
  return Reflect.construct(owner, [args]);
}

type Own = Readonly<Record<string, Pair | Refused>>;

/** A class that is made and looked at by `look`; its config and its name are noted. */
export function subject(
  className: string,
  base: Args,
  own: Own,
  look: (args: Args, seen: Map<string, string>) => unknown,
): Subject {
  return {
    className,
    base,
    arguments: own,
    observe: (args): Observation => {
      const seen = new Map<string, string>();
      resetNames();
      tf.tidy(() => {
        const made = look(args, seen) as { get_config(): object; name?: string | null };
        seen.set('config', JSON.stringify(made.get_config()));
        if (made.name !== undefined) seen.set('name', String(made.name));
      });
      return seen;
    },
  };
}
