/**
 * Drops the members of an object that are `null`, but for `kept`: many servers write `null` for what is absent.
 *
 * @returns whether there were any.
 */
export function dropNulls(object: Record<string, unknown>, kept?: string): boolean {
  let isChanged = false;
  for (const name in object) {
    if (object[name] !== null || name === kept) continue;
    delete object[name];
    isChanged = true;
  }
  return isChanged;
}

/** Tells whether a JSON value is an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
