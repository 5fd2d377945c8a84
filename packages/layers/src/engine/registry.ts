import { isKmError, MalformedError, NotFoundError } from '@km/core';
import { isPlainObject } from './nest.ts';
import type { Config } from './types.ts';

/** A class that makes itself from the config it gave. */
export interface SerializableClass<T = unknown> {
  new (...args: never[]): T;
  readonly className?: string;
  from_config(config: Config, custom_objects?: CustomObjects): T;
}

/** A plain function that configs refer to by name. */
export type NamedFunction = (...args: never[]) => unknown;

/** What a name in a config can stand for. */
export type Registrable = SerializableClass | NamedFunction;

/** Classes and functions by name that a caller adds to the built-in ones. */
export type CustomObjects =
  | ReadonlyMap<string, Registrable>
  | Readonly<Record<string, Registrable>>
  | null
  | undefined;

/** An object in a config: the name of its class and its constructor arguments. */
export interface SerializedConfig extends Config {
  class_name: string;
  config: Config;
}

/** An object that can be written into a config. */
export interface Serializable {
  get_config(): Config;
}

const global_objects = new Map<string, Registrable>();
const registered_names = new WeakMap<Registrable, string>();
let scopes: readonly ReadonlyMap<string, Registrable>[] = [];
const shared: Map<number, unknown>[] = [];

function toMap(objects: CustomObjects): ReadonlyMap<string, Registrable> {
  return new Map(objects instanceof Map ? objects : Object.entries(objects ?? {}));
}

/** The Keras name of a class or of an object's class; it survives minification of built-in classes. */
export function getClassName(value: object): string {
  const target = typeof value === 'function' ? value : value.constructor;
  const own = Object.hasOwn(target, 'className') ? Reflect.get(target, 'className') : null;
  return typeof own === 'string' ? own : target.name;
}

/**
 * Gives a function that registers a class or function for loading as `package>name`.
 * Use it as a call, `register_keras_serializable('Demo')(Scale)`, or as a decorator.
 */
export function register_keras_serializable(
  pkg: string = 'Custom',
  name?: string,
): <T extends Registrable>(target: T) => T {
  return (target) => {
    const registered = `${pkg}>${name ?? getClassName(target)}`;
    global_objects.set(registered, target);
    registered_names.set(target, registered);
    return target;
  };
}

/** The name under which a class or function was registered: `package>name`, or its own name. */
export function get_registered_name(target: Registrable): string {
  return registered_names.get(target) ?? getClassName(target);
}

/** What was registered under a name. */
export function get_registered_object(
  name: string,
  custom_objects?: CustomObjects,
): Registrable | undefined {
  return findCustom(name, toMap(custom_objects));
}

/** The classes and functions known everywhere; add to the map to make more known. */
export function get_custom_objects(): Map<string, Registrable> {
  return global_objects;
}

/**
 * Runs a function while more classes and functions are known by name.
 * When the function is asynchronous, they stay known until its promise settles.
 */
export function custom_object_scope<T>(objects: CustomObjects, run: () => T): T {
  // A copy, since the same objects may be in scope twice.
  const scope = new Map(toMap(objects));
  const leave = (): void => {
    scopes = scopes.filter((other) => other !== scope);
  };
  scopes = [...scopes, scope];
  let result: T;
  try {
    result = run();
  } catch (error) {
    leave();
    throw error;
  }
  if (!(result instanceof Promise)) {
    leave();
    return result;
  }
  return result.finally(leave) as T;
}

/** Runs a function in which all configs of one `shared_object_id` become one object. */
export function shared_object_scope<T>(run: () => T): T {
  shared.push(new Map());
  try {
    return run();
  } finally {
    shared.pop();
  }
}

function findCustom(
  name: string,
  custom_objects: ReadonlyMap<string, Registrable>,
): Registrable | undefined {
  for (const scope of [custom_objects, ...[...scopes].reverse(), global_objects]) {
    const found = scope.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Where and how a name is looked up. */
interface Lookup {
  readonly builtins: ReadonlyMap<string, Registrable>;
  readonly custom_objects: ReadonlyMap<string, Registrable>;
  readonly kind: string;
  readonly path: string | undefined;
}

function resolve(names: readonly string[], lookup: Lookup): Registrable {
  for (const name of names) {
    const found = findCustom(name, lookup.custom_objects) ?? lookup.builtins.get(name);
    if (found !== undefined) return found;
  }
  const where = lookup.path === undefined ? '' : ` at ${lookup.path}`;
  throw new NotFoundError(
    `Unknown ${lookup.kind}: '${names[0] ?? ''}'${where}. Pass its class or function in custom_objects, under this name.`,
    lookup.path === undefined ? {} : { path: lookup.path },
  );
}

/** True for a class rather than a plain function. */
export function isSerializableClass(target: Registrable): target is SerializableClass {
  return 'from_config' in target;
}

/**
 * Makes the object that a config names: an instance of the class, or the function itself.
 * Objects and functions that are none of names and configs come back unchanged; `null` stays `null`.
 * @throws NotFoundError for a name that neither `builtins` nor the custom objects hold.
 */
export function deserialize_keras_object(
  identifier: unknown,
  builtins: ReadonlyMap<string, Registrable>,
  custom_objects: CustomObjects,
  kind: string,
  path?: string,
): unknown {
  if (identifier === null || identifier === undefined) return null;
  const lookup: Lookup = { builtins, custom_objects: toMap(custom_objects), kind, path };
  if (typeof identifier === 'string') {
    const found = resolve([identifier], lookup);
    return isSerializableClass(found) ? found.from_config({}, custom_objects) : found;
  }
  if (!isPlainObject(identifier) || typeof identifier.get_config === 'function') return identifier;
  return deserializeConfig(identifier, lookup, custom_objects);
}

function deserializeConfig(
  identifier: Record<string, unknown>,
  lookup: Lookup,
  custom_objects: CustomObjects,
): unknown {
  const { class_name, config, registered_name, shared_object_id } = identifier;
  if (typeof class_name !== 'string') {
    throw new MalformedError(
      `The config of a ${lookup.kind} has no class_name: ${JSON.stringify(identifier).slice(0, 200)}`,
      lookup.path === undefined ? {} : { path: lookup.path },
    );
  }
  const known = shared.at(-1);
  const id = typeof shared_object_id === 'number' ? shared_object_id : null;
  if (id !== null && known?.has(id) === true) return known.get(id);
  const names = typeof registered_name === 'string' ? [registered_name, class_name] : [class_name];
  if (class_name === 'function' && typeof config === 'string') names.unshift(config);
  const found = resolve(names, lookup);
  const object = isSerializableClass(found)
    ? fromConfig(found, config, custom_objects, { ...lookup, class_name })
    : found;
  if (id !== null) known?.set(id, object);
  return object;
}

/** Makes an object from its config; what the class refuses is an error that says where the config stands. */
function fromConfig(
  target: SerializableClass,
  config: unknown,
  custom_objects: CustomObjects,
  { kind, path, class_name }: Lookup & { readonly class_name: string },
): unknown {
  // A sequential model of Keras 1 has a list for its config.
  const given = isPlainObject(config) || Array.isArray(config) ? (config as Config) : {};
  try {
    // What the class itself looks up by name, such as an activation, is among the objects of the caller, too.
    return custom_object_scope(custom_objects, () => target.from_config(given, custom_objects));
  } catch (error) {
    if (isKmError(error) || !(error instanceof Error)) throw error;
    const where = path === undefined ? '' : ` at ${path}`;
    throw new MalformedError(
      `Cannot make ${kind} '${class_name}'${where} from its config: ${error.message}`,
      path === undefined ? { cause: error } : { cause: error, path },
    );
  }
}

let skips_failed = false;

/**
 * Runs a function in which objects that cannot give their config are noted by their class alone, marked as such.
 */
export function skip_failed_serialization<T>(run: () => T): T {
  const outer = skips_failed;
  skips_failed = true;
  try {
    return run();
  } finally {
    skips_failed = outer;
  }
}

function configOf(value: Serializable): Config {
  if (!skips_failed) return value.get_config();
  try {
    return value.get_config();
  } catch {
    const { name } = value as { readonly name?: unknown };
    return { name, 'layer was saved without config': true };
  }
}

/**
 * The config form of an object: `{class_name, config}`, a registered class as `package>name`.
 * This is the legacy form of Keras 2.15, which all releases of Keras 2 read. A function becomes its name; `null` stays `null`.
 */
export function serialize_keras_object(
  value: Serializable | NamedFunction | null | undefined,
): SerializedConfig | string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'function') return get_registered_name(value);
  const registered = registered_names.get(value.constructor as unknown as Registrable);
  return { class_name: registered ?? getClassName(value), config: configOf(value) };
}
