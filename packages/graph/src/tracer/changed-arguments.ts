import { MAX_RECURSION } from '@km/core';
import { tensorDType } from '@km/core/tensor-proto';
import type { FunctionDef, NodeDef } from '@km/proto/saved-model';
import type { FunctionOrigin } from './function-names.ts';

/** Ops that leave the resources that they take as they are. */
const READING: ReadonlySet<string> = new Set([
  'LookupTableExportV2',
  'LookupTableFindV2',
  'LookupTableSizeV2',
  'ReadVariableOp',
  'ResourceGather',
  'ResourceGatherNd',
  'VarIsInitializedOp',
  'VariableShape',
]);

/** Attributes of functions that take the inputs of a node, and how many inputs come before. */
const CALLS: ReadonlyMap<string, readonly [attributes: readonly string[], skipped: number]> =
  new Map([
    ['Case', [['branches'], 1]],
    ['If', [['then_branch', 'else_branch'], 1]],
    ['PartitionedCall', [['f'], 0]],
    ['StatefulPartitionedCall', [['f'], 0]],
    ['StatelessCase', [['branches'], 1]],
    ['StatelessIf', [['then_branch', 'else_branch'], 1]],
    ['StatelessWhile', [['cond', 'body'], 0]],
    ['While', [['cond', 'body'], 0]],
  ]);

/** Finds which arguments of functions are resources that a call may change. */
export class ChangedArguments {
  readonly #origin: FunctionOrigin;
  readonly #known: Map<string, ReadonlySet<number>> = new Map();
  #depth = 0;

  constructor(origin: FunctionOrigin) {
    this.#origin = origin;
  }

  /** Places of the resources that a function may change: those that go to other ops than such that are known to read. */
  of(name: string): ReadonlySet<number> {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const definition = this.#origin.get(name);
    if (definition === undefined || this.#depth > MAX_RECURSION) return new Set();
    // Functions that call themselves do not run at all.
    this.#known.set(name, new Set());
    this.#depth += 1;
    const changed = this.#changed(definition);
    this.#depth -= 1;
    this.#known.set(name, changed);
    return changed;
  }

  #changed({ signature, nodeDef }: FunctionDef): ReadonlySet<number> {
    const places = new Map(
      (signature?.inputArg ?? []).flatMap(({ name, type }, place) =>
        tensorDType(type) === 'resource' ? [[name, place] as const] : [],
      ),
    );
    const changed = new Set<number>();
    for (const node of nodeDef) {
      if (READING.has(node.op)) continue;
      node.input.forEach((input, index) => {
        const place = places.get(input.split(':')[0] ?? '');
        if (place !== undefined && this.#changes(node, index)) changed.add(place);
      });
    }
    return changed;
  }

  #changes({ op, attr }: NodeDef, index: number): boolean {
    const [attributes, skipped] = CALLS.get(op) ?? [[], 0];
    const names = attributes.flatMap((key) => {
      const { func, list } = attr[key] ?? {};
      return [...(func ? [func] : []), ...(list?.func ?? [])].map(({ name }) => name);
    });
    if (names.length > 0) return names.some((name) => this.of(name).has(index - skipped));
    return this.#origin.get(op) === undefined || this.of(op).has(index);
  }
}
