import { caseKinds } from "./case-kinds.ts";
import { describeOutcome, fits, type Outcome } from "./expectation.ts";
import type { PublicCase } from "./public-case.ts";

/** Whether a case holds, and in one line what came of it. */
export interface CaseVerdict {
  readonly holds: boolean;
  readonly outcome: string;
}

/** Runs a case. It rejects only if the file of the case is wrong. */
export async function runCase({ kind, name, input, expected }: PublicCase): Promise<CaseVerdict> {
  const known = caseKinds[kind];
  if (known === undefined) throw new Error(`Cannot run ${name}: nothing runs the kind ${kind}`);
  const outcome = await outcomeOf(known.prepare(input));
  return {
    holds: expected.some((one) => fits(one, outcome)),
    outcome: describeOutcome(outcome),
  };
}

async function outcomeOf(run: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { value: await run() };
  } catch (error) {
    return { error };
  }
}
