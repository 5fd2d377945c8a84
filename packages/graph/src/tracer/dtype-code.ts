import { type GraphDType, graphDType } from '../executor/dtype.ts';

/** More types than TensorFlow numbers. */
const COUNT = 64;

let codes: ReadonlyMap<GraphDType, number> | undefined;

/** Number of a type in TensorFlow's `DataType`. */
export function graphDTypeCode(dtype: GraphDType): number {
  codes ??= new Map(Array.from({ length: COUNT }, (_, code) => [graphDType(code), code]));
  const code = codes.get(dtype);
  if (code === undefined || dtype === 'unknown') {
    throw new TypeError(`TensorFlow numbers no type '${dtype}'.`);
  }
  return code;
}
