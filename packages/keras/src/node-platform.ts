import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fileStore, recoverDirectory, saveDirectory } from '@km/core/node';
import { confirmAt } from './node-confirm.ts';
import type { Place, Platform } from './paths/platform.ts';

/** Paths of the local file system, and a person at the terminal. */
export const nodePlatform: Platform = {
  place(path) {
    const text = String(path);
    const file = resolve(text.startsWith('file:') ? fileURLToPath(text) : text);
    return localPlace(file, text);
  },
  confirm(question) {
    return confirmAt({ input: process.stdin, output: process.stdout }, question);
  },
};

function localPlace(file: string, shown: string): Place {
  return {
    store: fileStore(dirname(file)),
    path: basename(file),
    shown,
    async exists() {
      await recoverDirectory(file);
      return stat(file).then(
        () => true,
        () => false,
      );
    },
    replaceDirectory: (fill) => saveDirectory(file, fill),
  };
}
