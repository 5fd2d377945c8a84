/** Functions whose parameters and locals have names. */
import { advance, countDown, F32, get, I32, I32_ADD, set, tee, V128 } from './assembler.mjs';

/** Instructions of one or more stretches, one after the other. */
export const list = (count, make) => Array.from({ length: count }, (_, i) => make(i)).flat();
/** Names that differ by a number. */
export const numbered = (name, count) => Array.from({ length: count }, (_, i) => `${name}${i}`);

/**
 * Assembles a function.
 *
 * @param names `{ integers, floats }`: the parameters, `{ positions, vectors }`: the further locals.
 * @param make Gives the instructions; its argument reads and writes locals by name.
 */
export function functionOf(name, names, make) {
  const { integers, floats = [], positions = [], vectors = [] } = names;
  const all = [...integers, ...floats, ...positions, ...vectors];
  const local = (wanted) => {
    const index = all.indexOf(wanted);
    if (index < 0) throw new Error(`${name} has no local ${wanted}`);
    return index;
  };
  const value = (wanted) => get(local(wanted));
  const put = (wanted) => set(local(wanted));
  return {
    name,
    params: [...integers.map(() => I32), ...floats.map(() => F32)],
    locals: [...positions.map(() => I32), ...vectors.map(() => V128)],
    code: make({
      value,
      put,
      keep: (wanted) => tee(local(wanted)),
      copy: (from, to) => [...value(from), ...put(to)],
      /** Moves a position by the bytes that another local counts. */
      move: (wanted, by) => [...value(wanted), ...value(by), ...I32_ADD, ...put(wanted)],
      step: (wanted, bytes) => advance(local(wanted), bytes),
      repeat: (counter, least, body) => countDown(local(counter), least, body),
    }),
  };
}
