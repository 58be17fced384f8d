import { listedReasons } from "@agent-oauth/core/internal";
import type { z } from "zod";

/**
 * Says in one line what is wrong with a value: the first five faults with the place each is at, and how many more there
 * are. zod's messages show no values.
 *
 * @param whole what to call the value itself
 */
export function faultList(error: z.ZodError, whole: string): string {
  const faults = error.issues.map(({ path, message }) => {
    const place = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`));
    return `${place.length === 0 ? whole : place.join("").replace(/^\./, "")} ${message}`;
  });
  return listedReasons(faults);
}
