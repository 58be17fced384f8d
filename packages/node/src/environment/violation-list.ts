import { listedReasons } from "@agent-oauth/core/internal";
import type { z } from "zod";

/**
 * Lists in one line the rules that a value violates: the first five, each with its place in the value, and the number of
 * the others. zod's messages show no values.
 *
 * @param whole what to call the value itself.
 */
export function violationList(error: z.ZodError, whole: string): string {
  const violations = error.issues.map(({ path, message }) => {
    const place = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`));
    return `${place.length === 0 ? whole : place.join("").replace(/^\./, "")} ${message}`;
  });
  return listedReasons(violations);
}
