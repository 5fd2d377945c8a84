/** Where a name of a group leads. */
export type Link =
  | { readonly kind: 'hard'; readonly address: number }
  | { readonly kind: 'soft'; readonly target: string }
  | { readonly kind: 'external' };

/** Names of a group, in the order of their UTF-8 bytes. */
export type Links = ReadonlyMap<string, Link>;
