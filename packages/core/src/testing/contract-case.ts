/** One case of a contract suite, for any test runner: `it(name, run)`. `run` rejects if the contract is broken. */
export interface ContractCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** Throws an error with the message unless the condition holds. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`Contract broken: ${message}`);
}

/** Returns the rejection reason of a promise, and throws if the promise resolves. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  assert(outcome !== undefined, "a call resolved that must reject");
  return outcome.error;
}
