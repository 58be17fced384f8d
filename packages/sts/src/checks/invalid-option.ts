/** Throws the TypeError that says why an option of a token source is wrong. */
export function invalidOption(option: string, reason: string): never {
  throw new TypeError(`Cannot create a token source: "${option}" ${reason}`);
}
