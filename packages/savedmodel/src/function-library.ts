import {
  FunctionDef,
  FunctionDefLibrary,
  type GradientDef,
  type RegisteredGradient,
} from '@km/proto/saved-model';
import { decodeMessage } from './decode-message.ts';
import { BYTES, joinParts, wireFields } from './wire-fields.ts';

/** Functions of a graph; each is decoded when it is asked for. */
export interface FunctionLibrary {
  /** Names of all functions, in file order. */
  readonly names: readonly string[];
  /** Decodes a function, once; undefined when there is none of that name. @throws MalformedError. */
  get(name: string): FunctionDef | undefined;
  /** Functions that compute gradients of others. */
  readonly gradients: readonly GradientDef[];
  readonly registeredGradients: readonly RegisteredGradient[];
}

/** Field of `FunctionDefLibrary` that holds the functions. */
const FUNCTION = 1;
/** Field of `FunctionDef`, and of its signature, that leads to the name. */
const SIGNATURE = 1;
const NAME = 1;

/** Indexes the functions of an encoded `FunctionDefLibrary` by name, without decoding their bodies. */
export function functionLibrary(bytes: Uint8Array, source: string): FunctionLibrary {
  const encoded = new Map<string, Uint8Array>();
  const rest: Uint8Array[] = [];
  for (const field of wireFields(bytes, source)) {
    if (field.number !== FUNCTION || field.wireType !== BYTES) rest.push(field.whole);
    else encoded.set(functionName(field.content, source), field.content);
  }
  const library = decodeMessage(FunctionDefLibrary, joinParts(rest), source);
  const decoded = new Map<string, FunctionDef>();
  return {
    names: [...encoded.keys()],
    gradients: library.gradient,
    registeredGradients: library.registeredGradients,
    get(name) {
      const known = decoded.get(name);
      const body = encoded.get(name);
      if (known !== undefined || body === undefined) return known;
      const decodedBody = decodeMessage(FunctionDef, body, `function ${name} of ${source}`);
      decoded.set(name, decodedBody);
      return decodedBody;
    },
  };
}

function functionName(bytes: Uint8Array, source: string): string {
  const signature = contents(bytes, SIGNATURE, source);
  const name = contents(joinParts(signature), NAME, source).at(-1);
  return new TextDecoder().decode(name ?? new Uint8Array());
}

function contents(bytes: Uint8Array, number: number, source: string): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (const field of wireFields(bytes, source)) {
    if (field.number === number && field.wireType === BYTES) found.push(field.content);
  }
  return found;
}
