import { readFileSync } from 'node:fs';
import path from 'node:path';
import { decodeTensor, isDType, type Tensor } from '@km/core';

interface ArrayReference {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly byteOffset: number;
  readonly byteLength: number;
}

/** Digest of a variable. */
export interface OracleVariable {
  readonly name: string;
  readonly sha256: string;
}

/** What is used of an `expected.json` of the kit. */
interface OracleExpected {
  readonly zoo: string;
  readonly format: string;
  readonly model: string;
  readonly class: string;
  readonly deterministicTrain: boolean;
  readonly stateful?: boolean;
  readonly weights: readonly OracleVariable[];
  readonly optimizer?: {
    readonly class: string;
    readonly variables: readonly OracleVariable[];
  } | null;
  readonly fitStep: { readonly logs: Readonly<Record<string, unknown>> };
  readonly inputs: readonly ArrayReference[];
  readonly targets: readonly ArrayReference[];
  readonly outputs: readonly ArrayReference[];
  readonly outputsAfter: readonly ArrayReference[];
}

/** One model of the kit, saved in one format. */
export interface OracleCase {
  readonly folder: string;
  readonly name: string;
  readonly format: string;
  /** The file, the directory or the checkpoint prefix. */
  readonly model: string;
  readonly expected: OracleExpected;
  /** Arrays of `inputs`, `targets`, `outputs` or `outputsAfter`. */
  arrays(what: 'inputs' | 'targets' | 'outputs' | 'outputsAfter'): readonly Tensor[];
}

/** Reads a folder that the kit made. */
export function readOracleCase(folder: string): OracleCase {
  const expected: OracleExpected = JSON.parse(
    readFileSync(path.join(folder, 'expected.json'), 'utf8'),
  );
  return {
    folder,
    name: expected.zoo,
    format: expected.format,
    model: path.join(folder, expected.model),
    expected,
    arrays(what) {
      const bytes = readFileSync(path.join(folder, `${what}.bin`));
      return expected[what].map((reference) => decode(reference, bytes));
    },
  };
}

function decode(
  { dtype, shape, byteOffset, byteLength }: ArrayReference,
  file: Uint8Array,
): Tensor {
  const bytes = file.slice(byteOffset, byteOffset + byteLength);
  if (dtype === 'string') return { dtype, shape, data: strings(bytes) };
  if (!isDType(dtype)) throw new Error(`unknown dtype ${dtype}`);
  return decodeTensor({ dtype, shape }, bytes);
}

/** Strings are stored as a uint32 length and the bytes, one after the other. */
function strings(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = view.getUint32(at, true);
    found.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return found;
}
