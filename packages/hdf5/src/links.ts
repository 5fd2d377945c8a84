/** Where a name of a group leads: an address, the target of a soft link, or another file. */
export type Link = number | string | undefined;

/** Names of a group, in the order of their UTF-8 bytes. */
export type Links = ReadonlyMap<string, Link>;
