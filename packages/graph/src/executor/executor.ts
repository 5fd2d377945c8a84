import { MAX_RECURSION, MalformedError, NotFoundError } from '@km/core';
import type { FunctionDef, NameAttrList, NodeDef } from '@km/proto/saved-model';
import { callBuilder } from '../ops/control.ts';
import { customGradientKernel, refusedGradientKernel } from '../ops/custom-gradient.ts';
import { fusedKernel } from '../ops/fused.ts';
import { opBuilder } from '../ops/table.ts';
import { type BodyArg, bodyOfFunction, opDefOfFunction } from './body.ts';
import { type CompileServices, compileBody } from './compile.ts';
import type { Compiled } from './compiled.ts';
import { type CustomGradients, withCaptures } from './custom-gradient.ts';
import { GraphFunction, type Named } from './graph-function.ts';
import { opDef } from './op-def.ts';
import { ResourceContainer } from './resource-container.ts';
import { Run } from './run.ts';

/** Where functions come from. */
export interface FunctionSource {
  /** The function of a name; undefined when there is none. */
  get(name: string): FunctionDef | undefined;
}

/** How functions run. */
export interface ExecutorOptions {
  /** Variables, tables and the like by their shared names. */
  readonly resources?: ResourceContainer;
  /** Receives what `Print` and `PrintV2` print; by default the console does. */
  readonly print?: (text: string, stream: string) => void;
  /** Gradients that the program gave itself, by the names under which nodes refer to them. */
  readonly gradients?: CustomGradients;
  /** Most nodes that one call runs, loops and inner calls included. */
  readonly maxSteps?: number;
}

/** What to take out of a graph. */
export interface GraphCut {
  /** Tensors that the caller gives, such as `x:0`. */
  readonly feeds: readonly BodyArg[];
  /** Tensors that the caller gets. */
  readonly fetches: readonly string[];
  /** Nodes that run for their effects. */
  readonly targets?: readonly string[];
  /** Name in messages. */
  readonly name?: string;
}

/**
 * Compiles and runs the functions of one library on tfjs-core. Each function is compiled once; calls run under the tape
 * of tfjs, so that gradients flow through them.
 */
export class GraphExecutor implements CompileServices {
  /** Variables, tables and the like by their shared names. */
  readonly resources: ResourceContainer;
  readonly #functions: FunctionSource;
  readonly #options: ExecutorOptions;
  readonly #gradients: CustomGradients;
  readonly #compiled = new Map<string, Compiled>();
  readonly #compiling: string[] = [];

  constructor(functions: FunctionSource, options: ExecutorOptions = {}) {
    this.#functions = functions;
    this.#options = options;
    this.#gradients = options.gradients ?? new Map();
    this.resources = options.resources ?? new ResourceContainer();
  }

  /**
   * Compiles a function of the library.
   * @throws NotFoundError without such a function; UnsupportedError naming op and node for ops that cannot run;
   * MalformedError for damaged functions.
   */
  function(name: string): GraphFunction {
    const definition = this.#definition(name);
    const compiled = this.#compile(name);
    const { inputArg = [], outputArg = [] } = definition.signature ?? {};
    return this.#wrap(compiled, {
      inputs: inputArg.map((arg) => arg.name),
      outputs: outputArg.map((arg) => arg.name),
    });
  }

  /** Compiles a part of a graph outside of functions, as sessions of TensorFlow 1 run it. @throws as `function` does. */
  graph(
    nodes: readonly NodeDef[],
    { feeds, fetches, targets = [], name }: GraphCut,
  ): GraphFunction {
    const body = {
      name: name ?? 'the graph',
      args: feeds.map((feed) => ({ ...feed, name: feed.name.replace(/:0$/, '') })),
      nodes,
      returns: fetches,
      targets,
      keepsStateful: false,
    };
    const inputs = feeds.map((feed) => feed.name);
    return this.#wrap(compileBody(body, this), { inputs, outputs: fetches });
  }

  #wrap(
    compiled: Compiled,
    names: { inputs: readonly string[]; outputs: readonly string[] },
  ): GraphFunction {
    const named = (list: readonly string[], types: Compiled['argTypes']): Named[] =>
      types.map((dtype, i) => ({ name: list[i] ?? String(i), dtype }));
    const { print = printToConsole, maxSteps } = this.#options;
    return new GraphFunction(
      compiled,
      named(names.inputs, compiled.argTypes),
      named(names.outputs, compiled.resultTypes),
      () => new Run(this.resources, print, maxSteps),
    );
  }

  findOp(op: string): ReturnType<typeof opDef> {
    const known = opDef(op);
    if (known !== undefined) return known;
    const definition = this.#functions.get(op);
    return definition && opDefOfFunction(definition);
  }

  builder(op: string): ReturnType<typeof opBuilder> {
    if (opDef(op) === undefined && this.#functions.get(op) !== undefined) {
      return callBuilder(() => this.#compile(op));
    }
    const known = opBuilder(op);
    if (op !== 'IdentityN' || known === undefined || this.#gradients.size === 0) return known;
    return (node) => {
      const name = node.attrs.has('_gradient_op_type')
        ? node.attrs.string('_gradient_op_type')
        : '';
      const gradient = this.#gradients.get(name);
      if (gradient === undefined) return known(node);
      if (gradient.problem !== undefined) return refusedGradientKernel(node, gradient.problem);
      return customGradientKernel(node, gradient, this.#compile(gradient.function));
    };
  }

  fuse: CompileServices['fuse'] = fusedKernel;

  compileFunction({ name }: NameAttrList): Compiled {
    return this.#compile(name);
  }

  #compile(name: string): Compiled {
    const known = this.#compiled.get(name);
    if (known !== undefined) return known;
    if (this.#compiling.includes(name)) {
      throw new MalformedError(
        `The function ${name} calls itself, by way of ${this.#compiling.join(', ')}; SavedModels hold no recursion.`,
      );
    }
    if (this.#compiling.length >= MAX_RECURSION) {
      throw new MalformedError(
        `Calls nest deeper than ${MAX_RECURSION} functions, down to ${name}.`,
      );
    }
    this.#compiling.push(name);
    try {
      const compiled = compileBody(bodyOfFunction(name, this.#definition(name)), this);
      this.#compiled.set(name, compiled);
      return compiled;
    } finally {
      this.#compiling.pop();
    }
  }

  #definition(name: string): FunctionDef {
    const definition = this.#functions.get(name);
    if (definition !== undefined) {
      return withCaptures(definition, this.#gradients, (other) => this.#functions.get(other));
    }
    throw new NotFoundError(`The graph has no function ${name}; the file is damaged.`, {
      path: name,
    });
  }
}

function printToConsole(text: string): void {
  console.log(text);
}
