import { MalformedError, UnsupportedError } from '@km/core';
import type { NodeDef } from '@km/proto/saved-model';
import { Attrs } from './attrs.ts';
import { type Body, flatArgs } from './body.ts';
import type { GraphDType } from './dtype.ts';
import type { OpDef } from './op-def.ts';

/** A tensor that a node takes: the place in which it lies while the function runs. */
export interface Source {
  readonly slot: number;
  readonly dtype: GraphDType;
  /** True when the node takes the value of what lies there, a reference to a variable. */
  readonly reads?: boolean;
}

/** A node with its tensors resolved. */
export interface PlanNode {
  readonly node: NodeDef;
  readonly def: OpDef;
  readonly attrs: Attrs;
  readonly where: string;
  readonly inputs: Source[];
  readonly controls: PlanNode[];
  readonly outputTypes: readonly GraphDType[];
  /** Outputs that are references to variables. */
  readonly refs: readonly boolean[];
  /** Place of the first output; the others follow. */
  readonly firstSlot: number;
}

/** The nodes of a body that have to run, each after what it needs. */
export interface Plan {
  readonly nodes: readonly PlanNode[];
  readonly slots: number;
  readonly returns: readonly Source[];
}

/** Finds the definition of an op, or of a function that is called as an op. */
export type FindOp = (op: string) => OpDef | undefined;

/** Stateful ops without an effect that anybody sees, which need not run when nothing uses them. */
const QUIET: ReadonlySet<string> = new Set([
  'ReadVariableOp',
  'VarHandleOp',
  'VariableV2',
  'Variable',
  'Placeholder',
  'RandomUniform',
  'RandomStandardNormal',
  'TruncatedNormal',
  'RandomUniformInt',
  'HashTableV2',
  'MutableHashTableV2',
  'VarIsInitializedOp',
]);

/** Ops whose output goes back to the start of a loop of TensorFlow 1. */
const BACK_EDGES: ReadonlySet<string> = new Set(['NextIteration', 'RefNextIteration']);

/**
 * Resolves the names in a body and sorts the nodes that its results and effects need.
 * @throws UnsupportedError for an op that is not known; MalformedError for names that lead nowhere, cycles, and wrong
 * numbers or types of inputs.
 */
export function planBody(body: Body, findOp: FindOp): Plan {
  return new Planner(body, findOp).plan();
}

type State = 'open' | 'done';

class Planner {
  readonly #body: Body;
  readonly #findOp: FindOp;
  readonly #nodes = new Map<string, NodeDef>();
  readonly #args = new Map<string, Source>();
  readonly #planned = new Map<string, PlanNode>();
  readonly #states = new Map<string, State>();
  readonly #order: PlanNode[] = [];
  /** Loops are closed when everything else is sorted. */
  readonly #backEdges: { readonly from: string; readonly to: PlanNode; readonly input: number }[] =
    [];
  #slots = 0;

  constructor(body: Body, findOp: FindOp) {
    this.#body = body;
    this.#findOp = findOp;
    for (const { name, dtype } of body.args) this.#args.set(name, { slot: this.#slots++, dtype });
    for (const node of body.nodes) {
      if (this.#nodes.has(node.name)) throw this.#malformed(`has two nodes '${node.name}'`);
      this.#nodes.set(node.name, node);
    }
  }

  plan(): Plan {
    const { returns, targets } = this.#body;
    for (const name of [...returns.map(nodeName), ...targets, ...this.#effects()])
      this.#visit(name);
    for (let i = 0; i < this.#backEdges.length; i++) {
      const edge = this.#backEdges[i];
      if (edge === undefined) break;
      this.#visit(nodeName(edge.from));
      edge.to.inputs[edge.input] = this.#source(edge.from);
    }
    return {
      nodes: this.#order,
      slots: this.#slots,
      returns: returns.map((name) => this.#source(name)),
    };
  }

  /** Nodes that run for their effects although no control output names them. */
  #effects(): string[] {
    if (!this.#body.keepsStateful) return [];
    return this.#body.nodes.flatMap(({ name, op }) =>
      this.#findOp(op)?.stateful === true && !QUIET.has(op) ? [name] : [],
    );
  }

  /** Sorts a node behind all that it needs; without recursion, because chains are long. */
  #visit(root: string): void {
    const stack = [root];
    for (let name = stack.at(-1); name !== undefined; name = stack.at(-1)) {
      if (this.#states.get(name) === 'done' || this.#isArg(name)) {
        stack.pop();
        continue;
      }
      const node = this.#nodes.get(name);
      if (node === undefined) throw this.#malformed(`refers to '${name}', which does not exist`);
      const waiting = this.#needs(node).filter((need) => this.#states.get(need) !== 'done');
      if (waiting.length === 0) {
        stack.pop();
        this.#states.set(name, 'done');
        this.#add(node);
        continue;
      }
      if (this.#states.get(name) === 'open') throw this.#cycle(name, waiting);
      this.#states.set(name, 'open');
      stack.push(...waiting.reverse());
    }
  }

  #needs(node: NodeDef): string[] {
    return node.input
      .map((input) => nodeName(input))
      .filter((name) => !this.#isArg(name) && !this.#isBackEdge(node, name));
  }

  #isArg(name: string): boolean {
    return this.#args.has(name);
  }

  #isBackEdge(node: NodeDef, input: string): boolean {
    return /^(Ref)?Merge$/.test(node.op) && BACK_EDGES.has(this.#nodes.get(input)?.op ?? '');
  }

  #cycle(name: string, waiting: readonly string[]): MalformedError {
    return this.#malformed(`has a cycle through '${name}' and '${waiting[0] ?? ''}'`);
  }

  #add(node: NodeDef): void {
    const where = `Node '${node.name}' (${node.op}) of ${this.#body.name}`;
    const def = this.#findOp(node.op);
    if (def === undefined) {
      throw new UnsupportedError(
        `${where} is of an op that is not known here, so the function cannot run.`,
        { path: node.name },
      );
    }
    const attrs = new Attrs(node.attr, def.defaults, where);
    const outputs = flatArgs(def.outputs, attrs);
    const outputTypes = outputs.map(({ dtype }) => dtype);
    const refs = outputs.map(({ isRef }) => isRef === true);
    const firstSlot = this.#slots;
    this.#slots += outputTypes.length;
    const controls: PlanNode[] = [];
    const inputs: Source[] = [];
    const plan = { node, def, attrs, where, inputs, controls, outputTypes, refs, firstSlot };
    this.#planned.set(node.name, plan);
    for (const input of node.input) {
      if (input.startsWith('^')) {
        const control = this.#planned.get(input.slice(1));
        if (control !== undefined) controls.push(control);
      } else if (this.#isBackEdge(node, nodeName(input))) {
        this.#backEdges.push({ from: input, to: plan, input: inputs.length });
        inputs.push({ slot: -1, dtype: outputTypes[0] ?? 'unknown' });
      } else inputs.push(this.#source(input));
    }
    checkInputs(plan);
    this.#order.push(plan);
  }

  /** Finds the tensor of a name: `arg`, `node`, `node:2` or `node:output:0`. */
  #source(reference: string): Source {
    const fed = this.#args.get(reference.replace(/:0$/, ''));
    if (fed !== undefined) return fed;
    const [name = '', ...rest] = reference.split(':');
    const plan = this.#planned.get(name);
    if (plan === undefined) throw this.#malformed(`refers to '${reference}', which does not exist`);
    const index = rest.length < 2 ? Number(rest[0] ?? 0) : namedOutput(plan, rest);
    const dtype = plan.outputTypes[index];
    if (dtype !== undefined) {
      return { slot: plan.firstSlot + index, dtype, reads: plan.refs[index] === true };
    }
    throw this.#malformed(`refers to '${reference}', an output that the node does not have`);
  }

  #malformed(what: string): MalformedError {
    return new MalformedError(`${this.#body.name} ${what}; the graph is damaged.`);
  }
}

function nodeName(reference: string): string {
  const start = reference.startsWith('^') ? 1 : 0;
  const end = reference.indexOf(':');
  return reference.slice(start, end < 0 ? undefined : end);
}

/** Place of `output:index` among all outputs of a node; -1 when it has none of that name. */
function namedOutput(
  { def, attrs }: PlanNode,
  [output = '', index = '0']: readonly string[],
): number {
  const at = def.outputs.findIndex(({ name }) => name === output);
  return at < 0 ? -1 : flatArgs(def.outputs.slice(0, at), attrs).length + Number(index);
}

function checkInputs({ def, attrs, inputs, where }: PlanNode): void {
  const wanted = flatArgs(def.inputs, attrs);
  if (wanted.length !== inputs.length) {
    throw new MalformedError(
      `${where} has ${inputs.length} inputs but takes ${wanted.length}; the graph is damaged.`,
    );
  }
  for (const [index, { name, dtype, isRef }] of wanted.entries()) {
    const source = inputs[index];
    const given = source?.dtype;
    if (isRef === true && source !== undefined) inputs[index] = { ...source, reads: false };
    if (given === dtype || given === 'unknown' || dtype === 'unknown') continue;
    throw new MalformedError(
      `${where} takes ${name} as ${dtype} but gets ${given}; types are not converted silently.`,
    );
  }
}
