/** Makes the error that names a wrong option of `createTokenEndpoint`. */
export function optionError(option: string, reason: string): TypeError {
  return new TypeError(`Cannot create a token endpoint: "${option}" ${reason}`);
}
