import type { z } from "zod";
import { explainIssue, placedViolations } from "./explain-issue.ts";

/**
 * Checks plain data.
 *
 * @throws TypeError naming the purpose, the wrong field, and what is wrong with it.
 */
export function checkData<T>(schema: z.ZodType<T>, data: unknown, purpose: string): T {
  const { success, data: checked, error } = schema.safeParse(data, { error: explainIssue });
  if (success) return checked;
  throw new TypeError(`Cannot ${purpose}: ${describeIssues(error).join("; ")}`);
}

/** Says what is wrong with each field. */
export function describeIssues(error: z.ZodError): string[] {
  return placedViolations(error).map(({ path, message }) =>
    path.length === 0 ? message : `"${path.map(String).join(".")}": ${message}`,
  );
}
