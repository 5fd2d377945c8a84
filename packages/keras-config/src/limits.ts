/** Deepest nesting of a configuration; the deepest one known has 30 levels. */
export const MAX_CONFIG_DEPTH = 100;

/** Longest integer literal, in digits; Python refuses longer ones too. */
export const MAX_INTEGER_DIGITS = 4300;
