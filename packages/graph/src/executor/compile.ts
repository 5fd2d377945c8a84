import { UnsupportedError } from '@km/core';
import type { NameAttrList } from '@km/proto/saved-model';
import type { FusableActivation } from '../composed/epilogue.ts';
import type { Body } from './body.ts';
import type { Compiled, ResultOrigin } from './compiled.ts';
import { arrange, type Block, type BlockItem } from './frames.ts';
import { type Fusion, findFusions } from './fusion.ts';
import { loopStep } from './loop.ts';
import type { Kernel, OpBuilder, OpNode, PlannedKernel } from './op-node.ts';
import { type FindOp, type Plan, type PlanNode, planBody } from './plan.ts';
import type { Run } from './run.ts';
import { freeing, kernelStep, type Slots, type Step, skippingDead } from './step.ts';
import { DEAD, share, type Value } from './values.ts';
import { VariableResource } from './variable.ts';

/** What compiling needs of the program around. */
export interface CompileServices {
  readonly findOp: FindOp;
  /** Makes kernels; undefined for ops that are known but not run here. */
  builder(op: string): OpBuilder | undefined;
  /** Makes the kernel of a product or convolution with the bias and the activation that follow. */
  fuse(head: OpNode, activation: FusableActivation): Kernel;
  compileFunction(called: NameAttrList): Compiled;
}

/** A step with the places that it touches. */
interface PlainStep {
  readonly step: Step;
  readonly uses: readonly number[];
}

/** Ops that leave one of their outputs dead. */
const SWITCHES: ReadonlySet<string> = new Set(['Switch', 'RefSwitch', '_SwitchN']);

/**
 * Compiles nodes to a list of closures that run one after the other.
 * @throws UnsupportedError for ops that cannot run here; MalformedError for damaged graphs.
 */
export function compileBody(body: Body, services: CompileServices): Compiled {
  return new Compiler(body, services).compile();
}

class Compiler {
  readonly #body: Body;
  readonly #services: CompileServices;
  readonly #plan: Plan;
  /** True when nodes may be skipped at run time, as in graphs of TensorFlow 1. */
  readonly #skips: boolean;
  /** Place in which the value of a place really lies. */
  readonly #root: number[];
  readonly #owned: boolean[];
  readonly #template: Slots;
  /** Place that tells whether a node without outputs was skipped. */
  readonly #status = new Map<PlanNode, number>();

  constructor(body: Body, services: CompileServices) {
    this.#body = body;
    this.#services = services;
    this.#plan = planBody(body, (op) => services.findOp(op));
    this.#skips = this.#plan.nodes.some(({ node }) => SWITCHES.has(node.op));
    this.#root = Array.from({ length: this.#plan.slots }, (_, slot) => slot);
    this.#owned = this.#root.map(() => false);
    this.#template = this.#root.map(() => DEAD);
  }

  compile(): Compiled {
    const { args, name } = this.#body;
    const steps = this.#skips ? this.#skippingSteps() : this.#plainSteps();
    const returns = this.#plan.returns.map(({ slot }) => this.#root[slot] ?? slot);
    const reads = this.#plan.returns.map((source) => source.reads === true);
    const template = this.#template;
    const { origins, shared } = this.#origins(returns);
    return {
      name,
      argTypes: args.map(({ dtype }) => dtype),
      resultTypes: this.#plan.returns.map(({ dtype }) => dtype),
      origins,
      run(values: readonly Value[], run: Run): Value[] {
        run.spend(steps.length);
        const slots = template.slice();
        for (let i = 0; i < values.length; i++) slots[i] = values[i] ?? DEAD;
        for (const step of steps) step(slots, run);
        return returns.map((slot, i) => {
          const value = slots[slot] ?? DEAD;
          if (reads[i] === true) return valueOfVariable(value);
          return shared[i] === true ? share(value) : value;
        });
      },
    };
  }

  #origins(returns: readonly number[]): { origins: ResultOrigin[]; shared: boolean[] } {
    const shared = returns.map(
      (slot, i) => this.#owned[slot] === true && returns.indexOf(slot) < i,
    );
    const origins = returns.map((slot): ResultOrigin => {
      if (slot < this.#body.args.length) return slot;
      return this.#owned[slot] === true && !this.#skips ? 'owned' : 'borrowed';
    });
    return { origins, shared };
  }

  /** Steps of a graph in which every node runs once; values are freed after their last use. */
  #plainSteps(): Step[] {
    const { byLast, absorbed } = findFusions(this.#plan);
    const made = this.#plan.nodes.flatMap((plan) => {
      if (absorbed.has(plan)) return [];
      const fusion = byLast.get(plan);
      return (fusion === undefined ? this.#plainStep(plan) : this.#fusedStep(plan, fusion)) ?? [];
    });
    const returned = new Set(this.#plan.returns.map(({ slot }) => this.#root[slot] ?? slot));
    const lastUse = new Map<number, number>();
    for (const [index, { uses }] of made.entries()) {
      for (const slot of uses) lastUse.set(slot, index);
    }
    const frees = made.map((): number[] => []);
    for (const [slot, index] of lastUse) {
      if (this.#owned[slot] === true && !returned.has(slot)) frees[index]?.push(slot);
    }
    return made.map(({ step }, index) => freeing(step, frees[index] ?? []));
  }

  /** Step that computes the output of a node together with those of the nodes before it. */
  #fusedStep(last: PlanNode, { head, inputs, activation }: Fusion): PlainStep {
    const places = inputs.map(({ slot }) => this.#root[slot] ?? slot);
    this.#owned[last.firstSlot] = true;
    const kernel = this.#services.fuse(this.#opNode(head), activation);
    const step = kernelStep(kernel, places, last.firstSlot, head.where);
    return { step, uses: [...places, last.firstSlot] };
  }

  /** Step of a node with the places that it touches; undefined when the node needs no work. */
  #plainStep(plan: PlanNode): PlainStep | undefined {
    const { kernel, constants, outputs } = this.#build(plan);
    const inputs = plan.inputs.map(({ slot }) => this.#root[slot] ?? slot);
    for (const [i, ownership] of outputs.entries()) {
      const slot = plan.firstSlot + i;
      if (typeof ownership === 'number') this.#root[slot] = inputs[ownership] ?? slot;
      else this.#owned[slot] = ownership === 'owned';
    }
    if (constants !== undefined) this.#setConstants(plan, constants);
    if (constants !== undefined || kernel === undefined) return undefined;
    const step = kernelStep(kernel, inputs, plan.firstSlot, plan.where);
    return { step, uses: [...inputs, ...outputs.map((_, i) => plan.firstSlot + i)] };
  }

  #setConstants({ firstSlot }: PlanNode, constants: readonly Value[]): void {
    for (const [i, value] of constants.entries()) this.#template[firstSlot + i] = value;
  }

  /** Steps of a graph with the control flow of TensorFlow 1. */
  #skippingSteps(): Step[] {
    return this.#blockSteps(arrange(this.#plan, this.#body.name));
  }

  #blockSteps(block: Block): Step[] {
    return block.items.flatMap((item) => this.#itemStep(item) ?? []);
  }

  #itemStep(item: BlockItem): Step | undefined {
    if ('items' in item) {
      const steps = this.#blockSteps(item);
      return loopStep(item, steps, (slot) => this.#owned[slot] === true);
    }
    // The loop itself hands values over to its Enter nodes.
    if (item.node.op === 'Enter' || item.node.op === 'RefEnter') return undefined;
    const { kernel, constants, outputs } = this.#build(item);
    const inputs = item.inputs.map(({ slot }) => slot);
    for (const [i, ownership] of outputs.entries()) {
      this.#owned[item.firstSlot + i] = ownership === 'owned';
    }
    const pass = (values: readonly Value[]): Value[] =>
      outputs.map(
        (ownership) => (typeof ownership === 'number' ? values[ownership] : DEAD) ?? DEAD,
      );
    const run = constants === undefined ? (kernel ?? pass) : (): readonly Value[] => constants;
    const step = kernelStep(run, inputs, item.firstSlot, item.where);
    const isMerge = item.node.op === 'Merge' || item.node.op === 'RefMerge';
    if (isMerge) return step;
    const status = this.#statusOf(item);
    const needs = [...inputs, ...item.controls.map((control) => this.#statusOf(control))];
    return skippingDead(
      item.outputTypes.length > 0 ? step : alive(step, status),
      needs,
      status,
      Math.max(1, item.outputTypes.length),
    );
  }

  #statusOf(plan: PlanNode): number {
    if (plan.outputTypes.length > 0) return plan.firstSlot;
    const known = this.#status.get(plan);
    if (known !== undefined) return known;
    const slot = this.#template.push(DEAD) - 1;
    this.#status.set(plan, slot);
    return slot;
  }

  #opNode({ node, attrs, where, inputs, outputTypes }: PlanNode): OpNode {
    return {
      name: node.name,
      op: node.op,
      attrs,
      where,
      inputTypes: inputs.map(({ dtype }) => dtype),
      outputTypes,
      compile: (called) => this.#services.compileFunction(called),
    };
  }

  #build(plan: PlanNode): PlannedKernel {
    const { node, where, inputs, outputTypes } = plan;
    const builder = this.#services.builder(node.op);
    if (builder === undefined) {
      throw new UnsupportedError(
        `${where} is of an op that is not run here, so the function cannot run.`,
        { path: node.name },
      );
    }
    const built = builder(this.#opNode(plan));
    const planned: PlannedKernel =
      typeof built === 'function'
        ? { kernel: built, outputs: outputTypes.map(() => 'owned') }
        : built;
    return inputs.some(({ reads }) => reads === true) ? reading(planned, inputs) : planned;
  }
}

/** Has a kernel take the values of variables that reach it as references. */
function reading({ kernel, outputs }: PlannedKernel, inputs: PlanNode['inputs']): PlannedKernel {
  const read = (values: readonly Value[]): Value[] =>
    values.map((value, i) => (inputs[i]?.reads === true ? valueOfVariable(value) : value));
  const isAlias = kernel === undefined;
  return {
    kernel: (values, run) => {
      const taken = read(values);
      if (kernel !== undefined) return kernel(taken, run);
      return outputs.map((output) => (typeof output === 'number' ? taken[output] : DEAD) ?? DEAD);
    },
    outputs: isAlias ? outputs.map(() => 'borrowed') : outputs,
  };
}

function valueOfVariable(value: Value): Value {
  return value instanceof VariableResource ? value.state.read() : value;
}

/** A value that stands for a node that ran and has no outputs. */
const ALIVE: Value = Object.freeze({ kind: 'control output' });

function alive(step: Step, status: number): Step {
  return (slots, run) => {
    slots[status] = ALIVE;
    step(slots, run);
  };
}
