import { LimitError, MalformedError } from '@km/core';
import type { Compiled } from '../executor/compiled.ts';
import type { Kernel, OpBuilder, OpFamily, OpNode, PlannedKernel } from '../executor/op-node.ts';
import type { Run } from '../executor/run.ts';
import {
  DEAD,
  hostScalar,
  numberOf,
  onHost,
  release,
  shapeOf,
  share,
  sizeOf,
  type Value,
  Variant,
} from '../executor/values.ts';
import { inputAt } from './define.ts';

/** The kernel of a call; outputs that are inputs or belong to somebody else stay so. */
function plannedCall(callee: Compiled, where: string): PlannedKernel {
  const kernel: Kernel = (inputs, run) => {
    if (inputs.length === callee.argTypes.length) return callee.run(inputs, run);
    throw new MalformedError(
      `${where} passes ${inputs.length} arguments to ${callee.name}, which takes ${callee.argTypes.length}.`,
    );
  };
  return { kernel, outputs: callee.origins };
}

function checkCall(callee: Compiled, node: OpNode, inputs: number): void {
  const isRight =
    callee.argTypes.length === inputs && callee.resultTypes.length === node.outputTypes.length;
  if (isRight) return;
  throw new MalformedError(
    `${node.where} passes ${inputs} arguments to ${callee.name} and takes ${node.outputTypes.length} results; ` +
      `it has ${callee.argTypes.length} and ${callee.resultTypes.length}.`,
  );
}

/** Makes the op of a function that is called by its own name. */
export function callBuilder(compile: () => Compiled): OpBuilder {
  return (node) => plannedCall(compile(), node.where);
}

const call: OpBuilder = (node) => {
  const callee = node.compile(node.attrs.func('f'));
  checkCall(callee, node, node.inputTypes.length);
  return plannedCall(callee, node.where);
};

/** Whether a condition holds: numbers other than zero, strings and tensors that are not empty. */
function isTrue(value: Value, dtype: OpNode['inputTypes'][number]): boolean {
  if (sizeOf(shapeOf(value)) !== 1 || shapeOf(value).length > 0) return sizeOf(shapeOf(value)) > 0;
  const [element = 0] = Array.from(onHost(value, dtype).data);
  return element instanceof Uint8Array ? element.length > 0 : Number(element) !== 0;
}

/** Runs a branch; all results become the caller's. */
function runOwned(callee: Compiled, inputs: readonly Value[], run: Run): Value[] {
  const { origins } = callee;
  return callee.run(inputs, run).map((value, i) => (origins[i] === 'owned' ? value : share(value)));
}

const conditional: OpBuilder = (node) => {
  const yes = node.compile(node.attrs.func('then_branch'));
  const no = node.compile(node.attrs.func('else_branch'));
  for (const branch of [yes, no]) checkCall(branch, node, node.inputTypes.length - 1);
  const [type = 'bool'] = node.inputTypes;
  return (inputs, run) => {
    const branch = isTrue(inputAt(inputs, 0), type) ? yes : no;
    return runOwned(branch, inputs.slice(1), run);
  };
};

const cases: OpBuilder = (node) => {
  const branches = node.attrs.funcs('branches').map((branch) => node.compile(branch));
  for (const branch of branches) checkCall(branch, node, node.inputTypes.length - 1);
  return (inputs, run) => {
    const index = numberOf(inputAt(inputs, 0));
    const branch = branches[index] ?? branches.at(-1);
    if (branch === undefined) throw new MalformedError('A Case has no branches.');
    return runOwned(branch, inputs.slice(1), run);
  };
};

/** Most iterations of one loop; sequences seen have some thousand steps. */
const MAX_ITERATIONS = 100_000_000;

const whileLoop: OpBuilder = (node) => {
  const condition = node.compile(node.attrs.func('cond'));
  const body = node.compile(node.attrs.func('body'));
  checkCall(body, node, node.inputTypes.length);
  if (condition.argTypes.length !== node.inputTypes.length || condition.resultTypes.length !== 1) {
    throw new MalformedError(
      `${node.where} has a condition ${condition.name} of another signature.`,
    );
  }
  const [type = 'bool'] = condition.resultTypes;
  return (inputs, run) => {
    const goesOn = (values: readonly Value[]): boolean => {
      const [result = DEAD] = condition.run(values, run);
      const answer = isTrue(result, type);
      if (condition.origins[0] === 'owned') release(result);
      return answer;
    };
    const loop = new LoopVariables(inputs, body);
    for (let i = 0; goesOn(loop.values); i++) {
      if (i >= MAX_ITERATIONS)
        throw new LimitError(`A loop runs more than ${MAX_ITERATIONS} times.`);
      loop.advance(run);
    }
    return loop.finish();
  };
};

/** Values of a loop, of which those that the body made are freed when the next ones replace them. */
class LoopVariables {
  values: readonly Value[];
  readonly #body: Compiled;
  #owned: Set<Value> = new Set();

  constructor(values: readonly Value[], body: Compiled) {
    this.values = values;
    this.#body = body;
  }

  advance(run: Run): void {
    const { origins } = this.#body;
    const next = this.#body.run(this.values, run);
    const owned = new Set<Value>();
    for (const [i, value] of next.entries()) {
      if (origins[i] === 'owned' || this.#owned.has(value)) owned.add(value);
    }
    for (const value of this.#owned) if (!owned.has(value)) release(value);
    this.values = next;
    this.#owned = owned;
  }

  /** The values, all of them the caller's. */
  finish(): Value[] {
    const given = new Set<Value>();
    return this.values.map((value) => {
      const isFresh = this.#owned.has(value) && !given.has(value);
      given.add(value);
      return isFresh ? value : share(value);
    });
  }
}

/** The loop that counts an index itself. */
const forLoop: OpBuilder = (node) => {
  const body = node.compile(node.attrs.func('body'));
  checkCall(body, node, node.inputTypes.length - 2);
  return (inputs, run) => {
    const [start = 0, limit = 0, delta = 1] = inputs.slice(0, 3).map(numberOf);
    if (delta === 0) throw new MalformedError('A For has a step of zero.');
    let values = inputs.slice(3).map(share);
    for (let i = start; delta > 0 ? i < limit : i > limit; i += delta) {
      const next = runOwned(body, [hostScalar(i), ...values], run);
      for (const value of values) release(value);
      values = next;
    }
    return values;
  };
};

/** A placeholder that nobody fed; TensorFlow minds it only when something uses it. */
class Unfed extends Variant {
  override readonly kind: string;

  constructor(name: string) {
    super();
    this.kind = `placeholder '${name}', which has to be fed,`;
  }
}

const same: OpBuilder = () => ({ outputs: [0] });

const switchOp: OpBuilder = () => ({
  kernel: (inputs) => {
    const data = inputAt(inputs, 0);
    const isTaken = numberOf(inputAt(inputs, 1)) !== 0;
    return isTaken ? [DEAD, data] : [data, DEAD];
  },
  outputs: ['borrowed', 'borrowed'],
});

const merge: OpBuilder = () => ({
  kernel: (inputs) => {
    const index = inputs.findIndex((value) => value !== DEAD);
    return index < 0 ? [DEAD, DEAD] : [inputAt(inputs, index), hostScalar(index)];
  },
  outputs: ['borrowed', 'owned'],
});

/** Control flow: calls, branches and loops. */
export const controlOps: OpFamily = {
  PartitionedCall: call,
  StatefulPartitionedCall: call,
  If: conditional,
  StatelessIf: conditional,
  Case: cases,
  StatelessCase: cases,
  While: whileLoop,
  StatelessWhile: whileLoop,
  For: forLoop,
  Switch: switchOp,
  RefSwitch: switchOp,
  _SwitchN: (node) => ({
    kernel: (inputs) => {
      const last = node.outputTypes.length - 1;
      const index = numberOf(inputAt(inputs, 1));
      const taken = index >= 0 && index <= last ? index : last;
      return node.outputTypes.map((_, i) => (i === taken ? inputAt(inputs, 0) : DEAD));
    },
    outputs: node.outputTypes.map(() => 'borrowed'),
  }),
  Merge: merge,
  RefMerge: merge,
  Enter: same,
  RefEnter: same,
  Exit: same,
  RefExit: same,
  NextIteration: same,
  RefNextIteration: same,
  LoopCond: same,
  Identity: same,
  RefIdentity: same,
  Snapshot: same,
  PreventGradient: same,
  DebugIdentity: same,
  DebugIdentityV2: same,
  IdentityN: (node) => ({ outputs: node.outputTypes.map((_, i) => i) }),
  NoOp: () => ({ outputs: [] }),
  ControlTrigger: () => ({ outputs: [] }),
  Placeholder: (node) => ({ constants: [new Unfed(node.name)], outputs: ['borrowed'] }),
  PlaceholderV2: (node) => ({ constants: [new Unfed(node.name)], outputs: ['borrowed'] }),
  PlaceholderWithDefault: same,
};
