export { fileSource } from './node-file-source.ts';
export { type FileStore, type FileStoreOptions, fileStore } from './node-file-store.ts';
export { recoverDirectory } from './node-recover.ts';
export { type SaveDirectoryOptions, saveDirectory } from './node-save-directory.ts';
