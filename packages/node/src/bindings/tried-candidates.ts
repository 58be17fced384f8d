/** Several bindings where one is wanted: one that cannot be used says nothing about the others. */
import { TokenError } from "@agent-oauth/core";

/** What came of trying several candidates, each list in their order. */
export interface TriedCandidates<Candidate, Value> {
  readonly usable: readonly { readonly candidate: Candidate; readonly value: Value }[];
  readonly unusable: readonly { readonly candidate: Candidate; readonly error: TokenError }[];
}

/** Uses each candidate, and tells which ones can be used. An error that is no `TokenError` is thrown. */
export async function triedCandidates<Candidate, Value>(
  candidates: readonly Candidate[],
  use: (candidate: Candidate) => Value | Promise<Value>,
): Promise<TriedCandidates<Candidate, Value>> {
  const usable: { candidate: Candidate; value: Value }[] = [];
  const unusable: { candidate: Candidate; error: TokenError }[] = [];
  for (const candidate of candidates) {
    try {
      usable.push({ candidate, value: await use(candidate) });
    } catch (error) {
      if (!TokenError.isInstance(error)) throw error;
      unusable.push({ candidate, error });
    }
  }
  return { usable, unusable };
}
