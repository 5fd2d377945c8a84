import {
  type DType,
  IoError,
  isKmError,
  type LazyTensor,
  type Tensor,
  UnsupportedError,
  type WriteOptions,
} from '@km/core';
import { type H5WasmGroup, h5wasmOf } from './h5wasm.ts';
import type { H5WasmFile } from './h5wasm-file.ts';
import type { TreeAttribute, TreeGroup } from './tree.ts';

const TYPES = new Map<DType, string>([
  ['float32', '<f'],
  ['float64', '<d'],
  ['int8', '<b'],
  ['int16', '<h'],
  ['int32', '<i'],
  ['int64', '<q'],
  ['uint8', '<B'],
  ['uint16', '<H'],
  ['uint32', '<I'],
  ['uint64', '<Q'],
]);

/**
 * Adds a tree to an open h5wasm `File` and flushes it. What is in the file stays; a name that it has already is an error.
 * @throws UnsupportedError for float16, bfloat16 and bool, which h5wasm cannot create; IoError when HDF5 refuses.
 */
export async function writeTree(
  file: H5WasmFile,
  tree: TreeGroup,
  options?: WriteOptions,
): Promise<void> {
  await h5wasmOf(file); // and makes it throw
  checkTypes(tree, '');
  try {
    await writeGroup(file as H5WasmFile & H5WasmGroup, tree, options);
    file.flush();
  } catch (cause) {
    options?.signal?.throwIfAborted();
    if (isKmError(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message.trim() : String(cause);
    throw new IoError(`h5wasm cannot write ${file.filename}: ${reason}`, {
      source: file.filename,
      cause,
    });
  }
}

function checkTypes(group: TreeGroup, path: string): void {
  for (const [name, child] of group.children) {
    if (child.kind === 'group') checkTypes(child, `${path}/${name}`);
    else if (!TYPES.has(child.tensor.dtype)) {
      throw new UnsupportedError(
        `h5wasm cannot create the ${child.tensor.dtype} dataset ${path}/${name}; write to a path or a store instead of an open File.`,
        { path: `${path}/${name}` },
      );
    }
  }
}

async function writeGroup(
  at: H5WasmGroup,
  group: TreeGroup,
  options: WriteOptions | undefined,
): Promise<void> {
  for (const attribute of group.attributes) writeAttribute(at, attribute);
  for (const [name, child] of group.children) {
    options?.signal?.throwIfAborted();
    if (child.kind === 'group') await writeGroup(at.create_group(name), child, options);
    else await writeDataset(at, name, child.tensor, options);
  }
}

async function writeDataset(
  at: H5WasmGroup,
  name: string,
  tensor: Tensor | LazyTensor,
  options: WriteOptions | undefined,
): Promise<void> {
  const { data, shape, dtype } =
    'read' in tensor ? await tensor.read({ signal: options?.signal }) : tensor;
  at.create_dataset({ name, data, shape: [...shape], dtype: TYPES.get(dtype) ?? '' });
}

/** The type `A` is ASCII, which TensorFlow 2.4 needs; it would mangle other texts, which `S` (UTF-8) keeps. */
function writeAttribute(at: H5WasmGroup, attribute: TreeAttribute): void {
  const texts = attribute.kind === 'text' ? [attribute.value] : attribute.values;
  const type = texts.every((text) => /^[\0-\x7f]*$/.test(text)) ? 'A' : 'S';
  if (attribute.kind === 'text') {
    at.create_attribute(attribute.name, attribute.value, [], type);
  } else if (texts.length === 0) {
    at.create_attribute(attribute.name, new Float64Array(0), [0], '<d');
  } else {
    at.create_attribute(attribute.name, texts, [texts.length], `${type}${attribute.width ?? ''}`);
  }
}
