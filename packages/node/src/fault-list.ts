import type { z } from "zod";

/**
 * Says in one line what is wrong with a value: each fault with the place it is at. zod's messages show no values.
 *
 * @param whole what to call the value itself
 */
export function faultList(error: z.ZodError, whole: string): string {
  return error.issues
    .map(({ path, message }) => {
      const place = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`));
      return `${place.length === 0 ? whole : place.join("").replace(/^\./, "")} ${message}`;
    })
    .join("; ");
}
