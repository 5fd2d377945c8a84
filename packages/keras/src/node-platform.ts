import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { fileStore, recoverDirectory, saveDirectory } from '@km/core/node';
import type { Place, Platform } from './paths/platform.ts';

/** Paths of the local file system, and a person at the terminal. */
export const nodePlatform: Platform = {
  place(path) {
    const text = String(path);
    const file = resolve(text.startsWith('file:') ? fileURLToPath(text) : text);
    return localPlace(file, text);
  },
  async confirm(question) {
    if (process.stdin.isTTY !== true || process.stdout.isTTY !== true) return undefined;
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    try {
      const answer = await terminal.question(`${question} [y/n] `);
      return /^y(es)?$/i.test(answer.trim());
    } finally {
      terminal.close();
    }
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
