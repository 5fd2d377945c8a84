import { access, readdir } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { WriteOptions } from '@km/core';
import { fileStore } from '@km/core/node';
import type { Model } from '@km/keras';
import { UsageError } from '../usage-error.ts';

/** Formats that a model can be written in. */
export const SAVE_FORMATS = [
  'h5',
  'keras',
  'tf',
  'json',
  'h5-weights',
  'keras-weights',
  'checkpoint',
] as const;

/** A format that a model can be written in. */
export type SaveFormat = (typeof SAVE_FORMATS)[number];

/** Suffixes with their formats; the first that fits decides. */
const SUFFIXES: readonly (readonly [suffix: string, format: SaveFormat])[] = [
  ['.weights.h5', 'keras-weights'],
  ['.h5', 'h5'],
  ['.hdf5', 'h5'],
  ['.keras', 'keras'],
  ['.json', 'json'],
  ['.ckpt', 'checkpoint'],
];

/** How a model is saved. */
export interface SaveAsOptions {
  readonly format?: SaveFormat;
  /** Replaces what is there. */
  readonly overwrite: boolean;
  /** Saves the optimizer's state, too. */
  readonly optimizer: boolean;
}

/** The format of a path: as told, or by its suffix; a path without a known one is a SavedModel directory. */
export function formatOf(path: string, format: SaveFormat | undefined): SaveFormat {
  return format ?? SUFFIXES.find(([suffix]) => path.endsWith(suffix))?.[1] ?? 'tf';
}

/**
 * Checks, before any work is done, that a model may be written to a path.
 * @throws UsageError when something is there that must not be replaced.
 */
export async function checkTarget(path: string, options: SaveAsOptions): Promise<void> {
  const format = formatOf(path, options.format);
  const target = format === 'checkpoint' ? `${path}.index` : path;
  if (!options.overwrite && (await exists(target))) {
    throw new UsageError(`${target} exists: choose another path, or leave --no-overwrite away`);
  }
  const names = await readdir(path).catch(() => undefined);
  if (names === undefined) return;
  if (format !== 'tf' && format !== 'checkpoint') {
    throw new UsageError(`${path} is a directory, a model in the format ${format} is a file`);
  }
  if (
    format === 'tf' &&
    names.length > 0 &&
    !names.some((name) => /^saved_model\.pb(txt)?$/.test(name))
  ) {
    throw new UsageError(
      `${path} is a directory with other files, which a SavedModel would replace: name a new one`,
    );
  }
}

/** Writes a model, whole or not at all. */
export async function saveAs(
  model: Model,
  path: string,
  options: SaveAsOptions,
  write: WriteOptions,
): Promise<SaveFormat> {
  const format = formatOf(path, options.format);
  const { models } = await import('@km/keras');
  switch (format) {
    case 'h5':
    case 'keras':
    case 'tf':
      await models.save_model(model, path, {
        save_format: format,
        include_optimizer: options.optimizer,
        ...write,
      });
      break;
    case 'h5-weights':
      await model.save_weights(path, { save_format: 'h5', ...write });
      break;
    case 'keras-weights':
      await model.save_weights(path, { save_format: 'keras', ...write });
      break;
    case 'checkpoint':
      await model.save_weights(path, { save_format: 'tf', ...write });
      break;
    case 'json':
      await writeText(path, model.to_json(), write);
  }
  return format;
}

async function writeText(path: string, text: string, write: WriteOptions): Promise<void> {
  const file = resolve(path);
  await fileStore(dirname(file)).write(basename(file), [new TextEncoder().encode(text)], {
    signal: write.signal,
  });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
