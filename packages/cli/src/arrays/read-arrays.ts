import {
  type ByteSource,
  joinChunks,
  MalformedError,
  memorySource,
  type ReadOptions,
  readAll,
  type Tensor,
} from '@km/core';
import { fileSource } from '@km/core/node';
import { parseConfig } from '@km/keras-config';
import type { CliIo } from '../io.ts';
import { readJsonText } from '../place/read-json-text.ts';
import { decodeNpy } from './decode-npy.ts';
import { arraysFromJson, UNNAMED } from './json-arrays.ts';
import { hasNpySignature } from './npy-header.ts';
import { readNpz } from './npz.ts';

/**
 * Reads arrays by name from a `.npz`, `.npy` or JSON file, told apart by content; the path `-` is standard input.
 * @throws NotFoundError when there is no such file; MalformedError when it is none of the three.
 */
export async function readArrays(
  path: string,
  io: CliIo,
  options: ReadOptions,
): Promise<ReadonlyMap<string, Tensor>> {
  const source = path === '-' ? await standardInput(io, options) : await fileSource(path, options);
  const head = await source.read(0, Math.min(8, source.byteLength), options);
  if (head[0] === 0x50 && head[1] === 0x4b) return readNpz(source, options);
  if (hasNpySignature(head)) {
    return new Map([[UNNAMED, decodeNpy(await readAll(source, options), source.name)]]);
  }
  if (!/^\s*[[{\d"tf-]/.test(new TextDecoder('latin1').decode(head))) {
    throw new MalformedError(
      `${source.name} holds no arrays: it is neither .npz nor .npy nor JSON; save them with numpy.savez.`,
      { source: source.name },
    );
  }
  return arraysFromJson(parseConfig(await readJsonText(source, options), { source: source.name }));
}

async function standardInput(io: CliIo, options: ReadOptions): Promise<ByteSource> {
  const bytes = await joinChunks(io.stdin ?? [], options);
  return memorySource(bytes, 'standard input');
}
