import { elementCount, type LazyTensor, type Shape } from '@km/core';
import type { PrintableObject } from '../text/print-json.ts';
import type { Section } from '../text/section.ts';

/** What is known of a path: as data for programs, and as sections for people. */
export interface Inspection {
  readonly json: PrintableObject;
  readonly sections: readonly Section[];
}

/** How a path is inspected. */
export interface InspectOptions {
  readonly signal?: AbortSignal | undefined;
  /** Lists every tensor. */
  readonly tensors: boolean;
}

/** A tensor without its values. */
export interface TensorFacts extends PrintableObject {
  readonly name: string;
  readonly dtype: string;
  readonly shape: Shape;
  readonly byteLength: number;
}

/** Describes a tensor. */
export function tensorFacts(name: string, tensor: Omit<LazyTensor, 'read'>): TensorFacts {
  const { dtype, shape, byteLength } = tensor;
  return { name, dtype, shape, byteLength };
}

/** Numbers that tensors hold together. */
export function parameterCount(tensors: readonly TensorFacts[]): number {
  return tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

/** Bytes that tensors take together. */
export function byteCount(tensors: readonly TensorFacts[]): number {
  return tensors.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
