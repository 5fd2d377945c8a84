/** Longest integer literal, in digits; Python refuses longer ones too. */
export const MAX_INTEGER_DIGITS = 4300;
