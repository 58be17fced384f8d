/** Says that an option of `createTokenEndpoint` is wrong. */
export function refuseOption(option: string, reason: string): never {
  throw new TypeError(`Cannot create a token endpoint: "${option}" ${reason}`);
}
