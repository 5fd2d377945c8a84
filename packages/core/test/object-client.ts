import type { ObjectClient, S3Like } from '@km/core';

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

/** An S3 client over memory; a listing has one key per page. */
export function s3Client(): S3Like {
  const objects = new Map<string, { bytes: Uint8Array; etag: string }>();
  const get = (key: string): { bytes: Uint8Array; etag: string } => {
    const object = objects.get(key);
    if (object) return object;
    throw Object.assign(new Error('UnknownError'), { name: 'NotFound' });
  };
  let versions = 0;
  return {
    headObject: async ({ Key }) => ({ ContentLength: get(Key).bytes.length, ETag: get(Key).etag }),
    async getObject({ Key, Range, IfMatch }) {
      const { bytes, etag } = get(Key);
      if (IfMatch !== undefined && IfMatch !== etag) {
        throw Object.assign(new Error('no match'), { name: 'PreconditionFailed' });
      }
      const [first = 0, last = 0] = Range.replace('bytes=', '').split('-').map(Number);
      return { Body: { transformToByteArray: async () => bytes.slice(first, last + 1) } };
    },
    putObject: async ({ Key, Body }) => objects.set(Key, { bytes: Body, etag: `"${versions++}"` }),
    deleteObject: async ({ Key }) => objects.delete(Key),
    async listObjectsV2({ Prefix, ContinuationToken = '0' }) {
      const keys = [...objects.keys()].filter((key) => key.startsWith(Prefix));
      const page = Number(ContinuationToken);
      const contents = keys.slice(page, page + 1).map((Key) => ({ Key }));
      return page + 1 < keys.length
        ? { Contents: contents, NextContinuationToken: String(page + 1) }
        : { Contents: contents };
    },
  };
}
