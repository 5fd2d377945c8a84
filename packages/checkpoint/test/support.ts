import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeTensor, type MemoryStore, memoryStore, type Tensor } from '@km/core';
import { fixturePath } from '@km/test-utils';

/** Tensor that a fixture lists. */
export interface ListedTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly hex?: string;
  readonly strings?: readonly string[];
}

/** Copies a folder of fixtures into a store in memory. */
export function fixtureStore(folder: string): MemoryStore {
  const root = fixturePath(`checkpoint/${folder}`);
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return memoryStore(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [
        path.slice(root.length + 1).replaceAll('\\', '/'),
        new Uint8Array(readFileSync(path)),
      ] as const;
    }),
  );
}

/** Values that a fixture holds. */
export function listedTensors(name: string): ListedTensor[] {
  return JSON.parse(readFileSync(fixturePath(`checkpoint/${name}.json`), 'utf8'));
}

/** Describes a tensor as the fixtures do. */
export function listTensor(name: string, tensor: Tensor): ListedTensor {
  const { dtype, shape } = tensor;
  if (tensor.dtype === 'string') return { name, dtype, shape, strings: tensor.data.map(hex) };
  return { name, dtype, shape, hex: hex(encodeTensor(tensor)) };
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
