import type { Tensor } from '@tensorflow/tfjs-core';
import { flatten, packAs } from './nest.ts';
import type { Masks, Tensors } from './types.ts';

const masks = new WeakMap<object, Tensor>();

/** The mask that travels with a tensor, or `null`. */
export function get_mask(tensor: Tensor): Tensor | null {
  return masks.get(tensor) ?? null;
}

/** Lets a mask travel with a tensor; `null` takes it away. */
export function set_mask(tensor: Tensor, mask: Tensor | null): void {
  if (mask === null) masks.delete(tensor);
  else masks.set(tensor, mask);
}

/** The masks that travel with tensors, in their structure; `null` when there is none at all. */
export function masksOf(tensors: Tensors): Masks | null {
  const flat = flatten<Tensor>(tensors).map(get_mask);
  return flat.every((mask) => mask === null) ? null : packAs<Tensor, Tensor | null>(tensors, flat);
}
