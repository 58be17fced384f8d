/** How many errors of a chain of causes are looked at. */
const MAX_DEPTH = 4;

/** Reads a member of what others made and threw; `undefined` if that cannot be read. */
export function foreignMember(value: unknown, name: string): unknown {
  try {
    return (value as Readonly<Record<string, unknown>> | null | undefined)?.[name];
  } catch {
    return undefined; // A getter, or a proxy, that throws.
  }
}

/** Returns an error and its causes, at most four of them; what is no error ends the chain. */
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
    return false; // A proxy that throws.
  }
}
