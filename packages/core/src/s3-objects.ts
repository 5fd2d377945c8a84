import type { ObjectClient, ObjectEntry } from './object-store.ts';

interface Target {
  Bucket: string;
  Key: string;
}

/** What `s3Objects` needs of an S3 client, such as the class `S3` of `@aws-sdk/client-s3`. */
export interface S3Like {
  headObject(
    input: Target,
  ): Promise<{ ContentLength?: number | undefined; ETag?: string | undefined }>;
  getObject(
    input: Target & { Range: string; IfMatch?: string },
  ): Promise<{ Body?: { transformToByteArray(): Promise<Uint8Array> } | undefined }>;
  putObject(input: Target & { Body: Uint8Array }): Promise<unknown>;
  deleteObject(input: Target): Promise<unknown>;
  listObjectsV2(input: { Bucket: string; Prefix: string; ContinuationToken?: string }): Promise<{
    Contents?: { Key?: string | undefined }[] | undefined;
    NextContinuationToken?: string | undefined;
  }>;
}

/** Adapts an S3 client and a bucket to what `objectStore` takes. */
export function s3Objects(s3: S3Like, bucket: string): Required<ObjectClient> {
  const target = (path: string): Target => ({ Bucket: bucket, Key: path });
  return {
    async stat(path) {
      const { ContentLength, ETag } = await s3.headObject(target(path));
      return { contentLength: ContentLength, etag: ETag };
    },
    async read(path, { offset, size, ifMatch }) {
      const { Body } = await s3.getObject({
        ...target(path),
        Range: `bytes=${offset}-${offset + size - 1n}`,
        ...(ifMatch !== undefined && { IfMatch: ifMatch }),
      });
      return (await Body?.transformToByteArray()) ?? new Uint8Array(0);
    },
    write: (path, content) => s3.putObject({ ...target(path), Body: content }),
    delete: (path) => s3.deleteObject(target(path)),
    async list(prefix) {
      const entries: ObjectEntry[] = [];
      let next: string | undefined;
      do {
        const page = await s3.listObjectsV2({
          Bucket: bucket,
          Prefix: prefix,
          ...(next !== undefined && { ContinuationToken: next }),
        });
        for (const { Key = '' } of page.Contents ?? []) entries.push({ path: () => Key });
        next = page.NextContinuationToken;
      } while (next !== undefined);
      return entries;
    },
  };
}
