import { isDeepStrictEqual } from "node:util";
import { TokenError } from "@agent-oauth/core";
import { z } from "zod";

/** What came of a case: a value, or what was thrown. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** One outcome that is right. */
export type Expectation = z.infer<typeof expectation>;

/** The largest number that is right. */
const atMost = z.strictObject({ max: z.number() });

const expectedError = z.strictObject({
  /** The code of a TokenError, or the name of another error; one of several. */
  code: z.union([z.string(), z.array(z.string())]).optional(),
  oauthError: z.string().optional(),
  /** What the server wants the next request to carry. */
  claims: z.string().optional(),
  /** A pattern, in which case does not count. */
  message: z.string().optional(),
});

/** The form of an expectation in a file: members of the result by their paths, such as `servers.0.name`, or an error. */
export const expectation = z.union([
  z.strictObject({ error: expectedError }),
  z.strictObject({ result: z.record(z.string(), z.unknown()) }),
]);

/** Whether an outcome is the expected one. */
export function fits(expected: Expectation, outcome: Outcome): boolean {
  if ("error" in expected) return "error" in outcome && fitsError(expected.error, outcome.error);
  if ("error" in outcome) return false;
  return Object.entries(expected.result).every(([path, wanted]) => {
    const value = memberAt(outcome.value, path);
    const limit = atMost.safeParse(wanted);
    if (limit.success) return typeof value === "number" && value <= limit.data.max;
    return isDeepStrictEqual(value, wanted);
  });
}

/** Says in one line what came of a case. */
export function describeOutcome(outcome: Outcome): string {
  if (!("error" in outcome)) return JSON.stringify(outcome.value);
  const { code, message } = errorParts(outcome.error);
  return `${code}: ${message}`.slice(0, 300);
}

function fitsError(expected: z.infer<typeof expectedError>, error: unknown): boolean {
  const parts = errorParts(error);
  const codes = [expected.code ?? []].flat();
  return (
    (codes.length === 0 || codes.includes(parts.code)) &&
    (expected.oauthError === undefined || expected.oauthError === parts.oauthError) &&
    (expected.claims === undefined || expected.claims === parts.claims) &&
    (expected.message === undefined || new RegExp(expected.message, "i").test(parts.message))
  );
}

function errorParts(error: unknown) {
  const { message, name } = error instanceof Error ? error : new Error(String(error));
  if (!TokenError.isInstance(error)) return { code: name, message };
  const { oauthError, claims } = error as TokenError & { readonly claims?: string };
  return { code: error.code, message, oauthError, claims };
}

function memberAt(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((outer, name) => {
    return outer === null || typeof outer !== "object" ? undefined : Reflect.get(outer, name);
  }, value);
}
