/** Says that an option of `createStsTokenSource` is wrong. */
export function refuseOption(option: string, reason: string): never {
  throw new TypeError(`Cannot create a token source: "${option}" ${reason}`);
}
