import type { z } from "zod";

/**
 * Checks plain data.
 *
 * @throws TypeError saying what was to be done, which field is wrong, and how.
 */
export function checkData<T>(schema: z.ZodType<T>, data: unknown, purpose: string): T {
  const { success, data: checked, error } = schema.safeParse(data);
  if (success) return checked;
  throw new TypeError(`Cannot ${purpose}: ${describeIssues(error).join("; ")}`);
}

/** Says what is wrong with each field. */
export function describeIssues({ issues }: z.ZodError): string[] {
  return issues.map(({ path, message }) =>
    path.length === 0 ? message : `"${path.map(String).join(".")}": ${message}`,
  );
}
