import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type MemoryStore, memoryStore } from '@km/core';
import { fixturePath } from '@km/test-utils';

/** Folders of fixtures, one per version of TensorFlow. */
export const VERSIONS = ['tf-2.4.4', 'tf-2.15.1'] as const;

/** Models that each version wrote. */
export const MODELS = ['keras', 'module', 'v1', 'v1_text'] as const;

/** What a fixture says of its model. */
export interface Listed {
  readonly graphs: readonly {
    readonly tags: readonly string[];
    readonly version: string;
    readonly objects: number;
    readonly functions: readonly string[];
    readonly nodes: number;
    readonly ops: readonly string[];
    readonly signatures: Readonly<Record<string, unknown>>;
  }[];
  readonly variables: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly shape: readonly number[];
    readonly hex: string;
  }[];
}

/** What TensorFlow reads from a model. */
export function listed(name: string): Listed {
  return JSON.parse(readFileSync(fixturePath(`savedmodel/${name}.json`), 'utf8'));
}

/** Copies the directory of a model into a store in memory. */
export function modelStore(name: string): MemoryStore {
  const root = fixturePath(`savedmodel/${name}`);
  const files = readdirSync(root, { recursive: true, withFileTypes: true });
  return memoryStore(
    files
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        const key = path.slice(root.length + 1).replaceAll('\\', '/');
        return [key, new Uint8Array(readFileSync(path))] as const;
      }),
  );
}

/** Bytes of a text. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
