/** Names the kind of a value, for messages that must not show it. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  const kind = Array.isArray(value) ? "list" : typeof value;
  return `${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind}`;
}
