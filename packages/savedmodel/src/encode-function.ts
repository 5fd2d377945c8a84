import { encodeProto } from '@km/proto';
import { FunctionDef } from '@km/proto/saved-model';

/** Encodes a function of a library; equal functions give equal bytes. */
export function encodeFunction(definition: FunctionDef.$Properties): Uint8Array {
  return encodeProto(FunctionDef, definition);
}
