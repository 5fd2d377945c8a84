/** An open h5wasm `File`. */
export interface H5WasmFile {
  readonly file_id: bigint;
  readonly filename: string;
  readonly mode: string;
  flush(): void;
  close(): number;
}

/** True for something that looks like an open h5wasm `File`, of whichever copy of the package. */
export function isH5WasmFile(value: unknown): value is H5WasmFile {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'file_id' in value &&
    typeof value.file_id === 'bigint' &&
    'filename' in value &&
    typeof value.filename === 'string' &&
    'create_group' in value
  );
}
