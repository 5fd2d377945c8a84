export { decodeProto, encodeProto, type ProtoDecoder, type ProtoEncoder } from './codec.ts';
export { toSafeInteger } from './safe-integer.ts';
