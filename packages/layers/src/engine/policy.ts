import type { DType } from '@km/core';
import { isPlainObject } from './nest.ts';
import type { Config } from './types.ts';

const NAMES: ReadonlySet<string> = new Set([
  'float16',
  'bfloat16',
  'float32',
  'float64',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'bool',
  'complex64',
  'complex128',
  'string',
]);

/** True for the name of a dtype. */
export function isDType(name: string): name is DType {
  return NAMES.has(name);
}

/** In which dtype a layer computes and in which it keeps its weights. */
export class Policy {
  static readonly className: string = 'Policy';
  readonly name: string;
  readonly compute_dtype: DType | null;
  readonly variable_dtype: DType | null;

  /** @throws TypeError for a name that is neither a dtype nor a mixed policy. */
  constructor(name: string) {
    this.name = name;
    if (name === 'mixed_float16' || name === 'mixed_bfloat16') {
      this.compute_dtype = name === 'mixed_float16' ? 'float16' : 'bfloat16';
      this.variable_dtype = 'float32';
    } else if (name === '_infer') {
      this.compute_dtype = null;
      this.variable_dtype = null;
    } else if (isDType(name)) {
      this.compute_dtype = name;
      this.variable_dtype = name;
    } else {
      throw new TypeError(
        `Cannot convert value ${name} to a mixed precision Policy. Valid policies include 'mixed_float16', 'mixed_bfloat16', and the name of any dtype such as 'float32'.`,
      );
    }
  }

  get_config(): Config {
    return { name: this.name };
  }

  static from_config(config: Config): Policy {
    return new Policy(String(config.name));
  }
}

/** How a layer's `dtype` argument may be given. */
export type PolicyLike = string | Policy | Config | null | undefined;

const settings = { floatx: 'float32', policy: null as Policy | null };

/** The policy of layers that are given none. */
export function global_policy(): Policy {
  return settings.policy ?? new Policy(settings.floatx);
}

/** Sets the policy of layers made from now on; `null` goes back to `floatx`. */
export function set_global_policy(policy: PolicyLike): void {
  settings.policy = policy === null || policy === undefined ? null : toPolicy(policy);
}

/** The default floating dtype. */
export function floatx(): DType {
  return isDType(settings.floatx) ? settings.floatx : 'float32';
}

/** Sets the default floating dtype. */
export function set_floatx(value: 'float16' | 'float32' | 'float64' | 'bfloat16'): void {
  settings.floatx = value;
}

/** The policy that a `dtype` argument stands for: a name, a policy, or its serialized form. */
export function toPolicy(value: PolicyLike): Policy {
  if (value === null || value === undefined) return global_policy();
  if (value instanceof Policy) return value;
  if (typeof value === 'string') return new Policy(value);
  const config = value.config;
  if (isPlainObject(config) && typeof config.name === 'string') {
    return new Policy(config.name);
  }
  throw new TypeError(`Cannot interpret ${JSON.stringify(value)} as a dtype policy.`);
}

/** The `dtype` entry of a layer's config: a name where that says all, else the serialized policy. */
export function serializePolicy(policy: Policy): unknown {
  if (policy.name === '_infer') return null;
  if (isDType(policy.name)) return policy.name;
  return { class_name: 'Policy', config: policy.get_config() };
}
