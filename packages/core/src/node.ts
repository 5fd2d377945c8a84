export { fileSource } from './node-file-source.ts';
export { type FileStore, type FileStoreOptions, fileStore } from './node-file-store.ts';
