import { constants } from 'node:fs';
import { copyFile, type FileHandle, link, open, realpath, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type ByteChunks, progressOf, type WriteOptions } from '@km/core';
import { ioError } from './node-file-source.ts';
import { release, temporarySibling } from './node-temporary.ts';

const FLUSH_BYTES = 32 * 1024 * 1024;

/**
 * Writes a file whole or not at all: temporary sibling, flush, rename, flush of the directory.
 * @throws IoError when the disk fails; the signal's reason when it is aborted; what the chunks throw.
 */
export async function writeFileAtomically(
  path: string,
  chunks: ByteChunks,
  options: WriteOptions & { readonly sync: boolean },
): Promise<void> {
  const file = await resolvedPath(path);
  const temporary = temporarySibling(file, 'tmp');
  try {
    await writeChunks(temporary, chunks, options);
    await rename(temporary, file).catch((error) => {
      throw ioError(error, file);
    });
    if (options.sync) await syncDirectory(dirname(file));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    release(temporary);
  }
}

/**
 * Gives a file a second name, in place of what has it: a link, or a copy where the disk has no links.
 * @throws IoError when the disk fails or there is no such file.
 */
export async function linkFileAtomically(from: string, to: string, sync: boolean): Promise<void> {
  const file = await resolvedPath(to);
  const temporary = temporarySibling(file, 'tmp');
  try {
    const source = await resolvedPath(from);
    await link(source, temporary).catch(() => copyWhole(source, temporary, sync));
    await rename(temporary, file);
    if (sync) await syncDirectory(dirname(file));
  } catch (error) {
    throw ioError(error, from);
  } finally {
    // Where both names lead to one file already, a rename leaves the temporary one.
    await rm(temporary, { force: true });
    release(temporary);
  }
}

async function copyWhole(from: string, to: string, sync: boolean): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  if (!sync) return;
  const handle = await open(to, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeChunks(
  temporary: string,
  chunks: ByteChunks,
  options: WriteOptions & { readonly sync: boolean },
): Promise<void> {
  const advance = progressOf(options, 'writing', options.byteLength);
  const handle = await open(temporary, 'wx').catch((error) => {
    throw ioError(error, temporary);
  });
  const flush = options.sync ? new EarlyFlush(handle) : undefined;
  try {
    for await (const chunk of chunks) {
      advance(0);
      await writeFully(handle, chunk, temporary);
      flush?.wrote(chunk.length);
      advance(chunk.length);
    }
    await flush?.finish().catch((error) => {
      throw ioError(error, temporary);
    });
  } finally {
    await flush?.idle();
    await handle.close();
  }
}

/** Lets the disk write what it was given while more comes, so that the flush at the end finds little left. */
class EarlyFlush {
  readonly #handle: FileHandle;
  readonly #failures: unknown[] = [];
  #waiting = 0;
  #running: Promise<void> | undefined;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  wrote(bytes: number): void {
    this.#waiting += bytes;
    if (this.#waiting < FLUSH_BYTES || this.#running !== undefined) return;
    this.#waiting = 0;
    this.#running = this.#handle
      .datasync()
      .catch((error) => {
        this.#failures.push(error);
      })
      .then(() => {
        this.#running = undefined;
      });
  }

  /** Waits for a flush that is under way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Flushes the rest. @throws what any of the flushes failed with; the system tells of a failure only once. */
  async finish(): Promise<void> {
    await this.idle();
    const [failure] = this.#failures;
    if (failure !== undefined) throw failure;
    await this.#handle.sync();
  }
}

async function writeFully(handle: FileHandle, chunk: Uint8Array, file: string): Promise<void> {
  let done = 0;
  while (done < chunk.length) {
    try {
      done += (await handle.write(chunk, done, chunk.length - done)).bytesWritten;
    } catch (error) {
      throw ioError(error, file);
    }
  }
}

/** Flushes the names in a directory to the disk, where the platform can. */
export async function syncDirectory(directory: string): Promise<void> {
  // Windows cannot open a directory; it flushes names with the files.
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Follows links, so that what a link leads to is replaced and the link stays. */
export async function resolvedPath(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}
