import type { KernelWriter } from '../kernel-call.ts';
import { arrayWriters } from './array.ts';
import { creationWriters } from './creation.ts';
import { elementwiseWriters } from './elementwise.ts';
import { gatherWriters } from './gather.ts';
import { imageWriters } from './image.ts';
import { matrixWriters } from './matrix.ts';
import { normalizationWriters } from './normalization.ts';
import { reductionWriters } from './reduction.ts';
import { windowWriters } from './window.ts';

let table: ReadonlyMap<string, KernelWriter> | undefined;

/** What writes a kernel as ops of TensorFlow; undefined for a kernel without an equal. */
export function kernelWriter(kernel: string): KernelWriter | undefined {
  table ??= new Map(
    [
      elementwiseWriters,
      reductionWriters,
      arrayWriters,
      creationWriters,
      matrixWriters,
      windowWriters,
      gatherWriters,
      imageWriters,
      normalizationWriters,
    ].flatMap((family) => Object.entries(family)),
  );
  return table.get(kernel);
}
