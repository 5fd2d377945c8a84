/** Named arguments of a constructor. */
export type Args = Readonly<Record<string, unknown>>;

/** A value that is made anew for each object, as layers inside of layers are. */
export class Made {
  readonly make: () => unknown;

  constructor(make: () => unknown) {
    this.make = make;
  }
}

/** Two values of an argument and what must come of them. */
export interface Pair {
  readonly values: readonly [unknown, unknown];
  /** Other arguments under which the two values matter. */
  readonly given: Args;
  /** Why the two configs are equal, or null where they must differ. */
  readonly sameConfig: string | null;
  /** Why nothing but the config differs, or null where something must. */
  readonly sameBehaviour: string | null;
}

/** An argument that is refused by name. */
export interface Refused {
  readonly refused: unknown;
  readonly message: RegExp;
  readonly reason: string;
}

/** Two values that differ in the config and in what the object does. */
export function pair(a: unknown, b: unknown, given: Args = {}): Pair {
  return { values: [a, b], given, sameConfig: null, sameBehaviour: null };
}

/** Two values that differ in the config only. */
export function noted(a: unknown, b: unknown, reason: string, given: Args = {}): Pair {
  return { ...pair(a, b, given), sameBehaviour: reason };
}

/** Two values that differ in what the object does, and of which Keras notes nothing. */
export function unnoted(a: unknown, b: unknown, reason: string, given: Args = {}): Pair {
  return { ...pair(a, b, given), sameConfig: reason };
}

/** Two values that are the same in every respect. */
export function inert(a: unknown, b: unknown, reason: string): Pair {
  return { values: [a, b], given: {}, sameConfig: reason, sameBehaviour: reason };
}

/** A value that is refused. */
export function refused(value: unknown, message: RegExp, reason: string): Refused {
  return { refused: value, message, reason };
}

/** What is seen of an object, by aspect; `config` is one of them. */
export type Observation = ReadonlyMap<string, string>;

/** How a class is made and looked at. */
export interface Subject {
  readonly className: string;
  readonly base: Args;
  readonly arguments: Readonly<Record<string, Pair | Refused>>;
  /** Makes an object and looks at what it does. */
  readonly observe: (args: Args) => Observation | Promise<Observation>;
}

/** What two values of an argument have shown. */
export interface Proof {
  /** What differs, or why it need not. */
  readonly by: string;
}

/** Replaces what is made anew for each object. */
function settled(args: Args): Args {
  return Object.fromEntries(
    Object.entries(args).map(([key, value]) => [key, value instanceof Made ? value.make() : value]),
  );
}

/**
 * Looks at the objects of both values; throws when an argument is ignored.
 * With `repeat` it also throws when two objects of the same arguments differ.
 */
export async function prove(
  subject: Subject,
  name: string,
  repeat: boolean = false,
): Promise<Proof> {
  const wanted = subject.arguments[name];
  if (wanted === undefined) throw new Error(`${subject.className}: no values of ${name}`);
  if ('refused' in wanted) return proveRefused(subject, name, wanted);
  const [a, b] = wanted.values;
  const look = (value: unknown): Observation | Promise<Observation> =>
    subject.observe(settled({ ...subject.base, ...wanted.given, [name]: value }));
  const [first, other] = [await look(a), await look(b)];
  const where = `${subject.className}.${name}`;
  const noise = repeat ? differing(first, await look(a)) : [];
  if (noise.length > 0) throw new Error(`${where}: ${noise.join(', ')} differ without a change`);
  const found = differing(first, other);
  const behaviour = found.filter((aspect) => aspect !== 'config');
  if (!found.includes('config') && wanted.sameConfig === null) {
    throw new Error(`${where}: the config is the same`);
  }
  if (found.includes('config') && wanted.sameConfig !== null) {
    throw new Error(`${where}: the config differs, but the table says that it does not`);
  }
  if (behaviour.length === 0 && wanted.sameBehaviour === null) {
    throw new Error(`${where}: nothing differs but the config`);
  }
  return { by: behaviour.length > 0 ? behaviour.join(', ') : `config (${wanted.sameBehaviour})` };
}

async function proveRefused(subject: Subject, name: string, wanted: Refused): Promise<Proof> {
  const { refused: value, message, reason } = wanted;
  let thrown: unknown = null;
  try {
    await subject.observe(settled({ ...subject.base, [name]: value }));
  } catch (error) {
    thrown = error;
  }
  if (thrown instanceof Error && message.test(thrown.message)) return { by: `refused (${reason})` };
  throw new Error(`${subject.className}.${name}: not refused, but ${String(thrown)}`);
}

function differing(a: Observation, b: Observation): string[] {
  const aspects = new Set([...a.keys(), ...b.keys()]);
  return [...aspects].filter((aspect) => a.get(aspect) !== b.get(aspect));
}
