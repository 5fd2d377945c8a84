/** Functions that stand for objects, such as activations that are layers. */
const owners = new WeakMap<object, object>();

/** Notes which object a function stands for. */
export function setOwner(fn: object, owner: object): void {
  owners.set(fn, owner);
}

/** The object that a function stands for; undefined for plain functions and everything else. */
export function ownerOf(value: unknown): object | undefined {
  return typeof value === 'function' ? owners.get(value) : undefined;
}

/** What a property holds: for a function that stands for an object, the object. */
export function heldBy(value: unknown): unknown {
  return ownerOf(value) ?? value;
}
