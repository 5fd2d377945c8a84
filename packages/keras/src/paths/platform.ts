import { httpStore, type ReadableStore, UnsupportedError, type WritableStore } from '@km/core';
import { isStorePath, type StorePath } from './filepath.ts';

/** A place whose store has been found. */
export interface Place {
  readonly store: ReadableStore & Partial<WritableStore>;
  readonly path: string;
  /** As a person would write it, for messages. */
  readonly shown: string;
  /** Whether anything is there. */
  exists(): Promise<boolean>;
  /**
   * Replaces the whole directory at the place by what `fill` writes into the store it is given: afterwards there is the
   * old directory or the new one, never a mixture.
   */
  replaceDirectory(fill: (store: WritableStore) => Promise<void>): Promise<void>;
}

/** What differs between Node and everywhere else. */
export interface Platform {
  /** Finds the place that a path or URL names. */
  place(path: string | URL): Place;
  /** Asks a person whether to replace what is there; `undefined` when nobody can be asked. */
  confirm(question: string): Promise<boolean | undefined>;
}

/** Everywhere but in Node: strings are URLs, which can be read only. */
const web: Platform = {
  place(path) {
    const url = new URL(path, globalThis.location?.href);
    const at = url.pathname.lastIndexOf('/') + 1;
    const key = decodeURIComponent(url.pathname.slice(at));
    return storePlace(
      { store: httpStore(new URL(`${url.pathname.slice(0, at)}`, url)), path: key },
      url.href,
    );
  },
  async confirm() {
    return undefined;
  },
};

let current: Platform = web;

/** Sets what paths mean from now on; the Node entry point calls it once. */
export function usePlatform(platform: Platform): void {
  current = platform;
}

/** The platform in use. */
export function platform(): Platform {
  return current;
}

/** Finds the place that a filepath names. */
export function placeOf(filepath: string | URL | StorePath): Place {
  return isStorePath(filepath) ? storePlace(filepath) : current.place(filepath);
}

/** A place in a store that the caller brought. */
export function storePlace({ store, path }: StorePath, shown: string = path): Place {
  const both = store as Place['store'];
  return {
    store: both,
    path,
    shown,
    exists: async () =>
      (path !== '' && (await both.open?.(path)) !== undefined) || (await hasKeys(both, path)),
    async replaceDirectory(fill) {
      const write = both.write?.bind(both);
      if (write === undefined) throw readOnly(shown);
      const stale = new Set(await keysUnder(both, path));
      const prefix = path === '' ? '' : `${path}/`;
      await fill({
        write: (key, chunks, options) => {
          stale.delete(prefix + key);
          return write(prefix + key, chunks, options);
        },
      });
      for (const key of stale) await both.delete?.(key);
    },
  };
}

/** The error of writing to a place that can only be read. */
export function readOnly(shown: string): UnsupportedError {
  return new UnsupportedError(
    `${shown} can only be read: give a store that writes, such as memoryStore(), or run in Node.`,
    { source: shown },
  );
}

async function hasKeys(store: ReadableStore, path: string): Promise<boolean> {
  return (await keysUnder(store, path, 1)).length > 0;
}

async function keysUnder(
  store: ReadableStore,
  path: string,
  most = Number.POSITIVE_INFINITY,
): Promise<string[]> {
  const keys: string[] = [];
  if (store.list === undefined) return keys;
  for await (const key of store.list(path === '' ? '' : `${path}/`)) {
    keys.push(key);
    if (keys.length >= most) break;
  }
  return keys;
}
