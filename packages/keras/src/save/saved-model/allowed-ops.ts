import { UnsupportedError } from '@km/core';
import type { FunctionDef } from '@km/proto/saved-model';

/**
 * Checks that functions call no ops of namespaces which the caller did not allow; null allows all.
 * @throws UnsupportedError that names function, op and namespace.
 */
export function checkNamespaces(
  definitions: readonly FunctionDef.$Properties[],
  allowed: readonly string[] | null,
): void {
  if (allowed === null) return;
  for (const { signature, nodeDef = [] } of definitions) {
    for (const { op = '' } of nodeDef) {
      const [namespace, ...rest] = op.split('>');
      if (rest.length === 0 || namespace === undefined || allowed.includes(namespace)) continue;
      throw new UnsupportedError(
        `The function ${signature?.name ?? ''} calls the custom op ${op}: add '${namespace}' to namespace_whitelist of SaveOptions if those who load the model have it.`,
      );
    }
  }
}
