/** How many errors of a chain of causes are read. */
const MAX_DEPTH = 4;

/** Reads a member of a foreign value; `undefined` if reading throws. */
export function foreignMember(value: unknown, name: string): unknown {
  try {
    return (value as Readonly<Record<string, unknown>> | null | undefined)?.[name];
  } catch {
    return undefined; // A getter or a proxy threw.
  }
}

/** Returns an error and its causes, at most four errors in all. A cause that is not an error ends the chain. */
export function errorChain(error: unknown): readonly Error[] {
  const chain: Error[] = [];
  let next = error;
  while (chain.length < MAX_DEPTH && isError(next)) {
    chain.push(next);
    next = foreignMember(next, "cause");
  }
  return chain;
}

function isError(value: unknown): value is Error {
  try {
    return value instanceof Error;
  } catch {
    return false; // A proxy threw.
  }
}
