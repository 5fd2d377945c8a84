import type { ObjectClient } from '@km/core';

/** A client in the shape of an OpenDAL `Operator`, over memory. */
export function objectClient(objects: Iterable<[string, Uint8Array]> = []): Required<ObjectClient> {
  const map = new Map(objects);
  const get = (path: string): Uint8Array => {
    const bytes = map.get(path);
    if (bytes === undefined) throw new Error(`NotFound (permanent) at stat => ${path}`);
    return bytes;
  };
  return {
    stat: async (path) => ({ contentLength: BigInt(get(path).length), etag: null }),
    read: async (path, { offset, size }) =>
      get(path).slice(Number(offset), Number(offset) + Number(size)),
    write: async (path, content) => {
      map.set(path, content);
    },
    delete: async (path) => map.delete(path),
    list: async (prefix) =>
      [...map.keys()].filter((key) => key.startsWith(prefix)).map((key) => ({ path: () => key })),
  };
}
