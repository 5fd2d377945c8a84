import { type Checkpoint, joinKey, readCheckpoint } from '@km/checkpoint';
import {
  type ByteSource,
  isSafeKey,
  LimitError,
  MAX_MESSAGE_BYTES,
  MalformedError,
  NotFoundError,
  type ReadableStore,
  type ReadOptions,
  readAll,
  refuseGitLfsPointer,
  UnsupportedError,
} from '@km/core';
import { type DecodedSavedModel, decodeSavedModel } from './decode-saved-model.ts';
import { decodeFingerprint, type Fingerprint } from './fingerprint.ts';
import { decodeKerasMetadata, inlineKerasMetadata, type KerasMetadata } from './keras-metadata.ts';
import type { AssetFile, MetaGraph } from './meta-graph.ts';

/** Where a SavedModel lies: a directory of a store, `''` for the store itself, or its saved_model.pb. */
export interface SavedModelLocation {
  readonly store: ReadableStore;
  readonly path: string;
}

/** How a SavedModel is read. */
export interface ReadSavedModelOptions extends ReadOptions {
  /** Compares the checksums of the variables; true unless set. */
  readonly verifyChecksums?: boolean;
  /** Begins to read the variables while the description is decoded, as `readCheckpoint` says; false unless set. */
  readonly readAhead?: boolean;
}

/** An open SavedModel: its description is in memory, its variables and assets are read when asked for. */
export interface SavedModel extends DecodedSavedModel {
  /** Directory in the store. */
  readonly directory: string;
  /** `saved_model.pb` or `saved_model.pbtxt`. */
  readonly file: string;
  /** Graphs, of which most files have one. */
  readonly metaGraphs: readonly MetaGraph[];
  /** JSON of Keras for the objects of the first graph; undefined when Keras did not write the file. */
  readonly kerasMetadata: KerasMetadata | undefined;
  /** Opens the checkpoint of the variables, once; undefined when the model has none. */
  openVariables(options?: ReadOptions): Promise<Checkpoint | undefined>;
  /** Opens a file below `assets/`. @throws NotFoundError when it is missing. */
  openAsset(asset: AssetFile, options?: ReadOptions): Promise<ByteSource>;
  /** Reads the fingerprint; undefined in files of TensorFlow before 2.11. */
  readFingerprint(options?: ReadOptions): Promise<Fingerprint | undefined>;
}

const BINARY = 'saved_model.pb';
const TEXT = 'saved_model.pbtxt';
const KERAS_METADATA = 'keras_metadata.pb';
const VARIABLES = 'variables/variables';

/**
 * Opens a SavedModel.
 * @throws NotFoundError when there is none; MalformedError, TruncatedError, LimitError when it is damaged;
 * UnsupportedError for a bare graph or a file in chunks.
 */
export async function readSavedModel(
  location: SavedModelLocation,
  options: ReadSavedModelOptions = {},
): Promise<SavedModel> {
  const { store } = location;
  const directory = directoryOf(location.path);
  const open = (name: string, readOptions?: ReadOptions): Promise<ByteSource | undefined> =>
    store.open(joinKey(directory, name), { signal: readOptions?.signal });
  let checkpoint: Promise<Checkpoint | undefined> | undefined;
  const openOnce = (readOptions?: ReadOptions): Promise<Checkpoint | undefined> => {
    checkpoint ??= openVariables(store, directory, open, { ...options, ...readOptions });
    checkpoint.catch(() => {
      checkpoint = undefined;
    });
    return checkpoint;
  };
  if (options.readAhead === true) openOnce().catch(() => undefined);
  const { file, model } = await readDescription(location, open, options);
  const kerasMetadata = await readKerasMetadata(
    model,
    await open(KERAS_METADATA, options),
    options,
  );
  return {
    ...model,
    directory,
    file,
    kerasMetadata,
    openVariables: openOnce,
    openAsset: (asset, readOptions) => openAsset(asset, open, readOptions),
    async readFingerprint(readOptions) {
      const source = await open('fingerprint.pb', readOptions);
      if (source === undefined) return undefined;
      return decodeFingerprint(await readBounded(source, readOptions), source.name);
    },
  };
}

type Open = (name: string, options?: ReadOptions) => Promise<ByteSource | undefined>;

function directoryOf(path: string): string {
  return path.replace(/\/+$/, '').replace(/(^|\/)saved_model\.pb(?:txt)?$/, '');
}

async function readDescription(
  location: SavedModelLocation,
  open: Open,
  options: ReadOptions,
): Promise<{ readonly file: string; readonly model: DecodedSavedModel }> {
  const binary = await open(BINARY, options);
  if (binary !== undefined) {
    const bytes = await readBounded(binary, options);
    return { file: BINARY, model: decodeSavedModel(bytes, binary.name) };
  }
  const text = await open(TEXT, options);
  if (text === undefined) throw await notFound(location, open, options);
  const bytes = await readBounded(text, options);
  // Text is rare and its parser needs a table of all messages.
  const { encodeText } = await import('./text/encode-text.ts');
  const encoded = encodeText(new TextDecoder().decode(bytes), 'SavedModel', text.name);
  return { file: TEXT, model: decodeSavedModel(encoded, text.name) };
}

async function readBounded(source: ByteSource, options?: ReadOptions): Promise<Uint8Array> {
  if (source.byteLength > MAX_MESSAGE_BYTES) {
    throw new LimitError(
      `${source.name} has more than the ${MAX_MESSAGE_BYTES} bytes of a protocol buffer.`,
      { source: source.name },
    );
  }
  const bytes = await readAll(source, options);
  refuseGitLfsPointer(bytes, source.name);
  return bytes;
}

async function notFound(
  { path }: SavedModelLocation,
  open: Open,
  options: ReadOptions,
): Promise<NotFoundError | UnsupportedError> {
  const where = path === '' ? 'the store' : JSON.stringify(path);
  if ((await open('saved_model.cpb', options)) !== undefined) {
    return new UnsupportedError(
      `The SavedModel in ${where} is split into chunks (saved_model.cpb); save it with a TensorFlow that writes saved_model.pb.`,
      { source: path },
    );
  }
  const hasVariables = (await open(`${VARIABLES}.index`, options)) !== undefined;
  return new NotFoundError(
    hasVariables
      ? `There are variables but no saved_model.pb in ${where}; the save was interrupted or a file was not copied.`
      : `There is no SavedModel in ${where}: neither saved_model.pb nor saved_model.pbtxt; check the path.`,
    { source: path },
  );
}

async function readKerasMetadata(
  model: DecodedSavedModel,
  source: ByteSource | undefined,
  options: ReadOptions,
): Promise<KerasMetadata | undefined> {
  const graph = model.metaGraphs[0]?.objectGraph;
  if (source !== undefined) {
    const bytes = await readBounded(source, { signal: options.signal });
    const metadata = decodeKerasMetadata(bytes, graph, source.name);
    if (metadata !== undefined) return metadata;
  }
  return graph && inlineKerasMetadata(graph);
}

async function openVariables(
  store: ReadableStore,
  directory: string,
  open: Open,
  options: ReadSavedModelOptions,
): Promise<Checkpoint | undefined> {
  if ((await open(`${VARIABLES}.index`, options)) === undefined) return undefined;
  return readCheckpoint({ store, path: joinKey(directory, VARIABLES) }, options);
}

async function openAsset(
  { filename }: AssetFile,
  open: Open,
  options?: ReadOptions,
): Promise<ByteSource> {
  if (!isSafeKey(filename)) {
    throw new MalformedError(
      `The asset ${JSON.stringify(filename.slice(0, 200))} lies outside of the model; it is not opened.`,
    );
  }
  const source = await open(`assets/${filename}`, options);
  if (source !== undefined) return source;
  throw new NotFoundError(`The asset assets/${filename} is missing; copy the whole directory.`, {
    source: filename,
  });
}
