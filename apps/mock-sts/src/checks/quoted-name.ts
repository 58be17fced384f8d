/** Quotes the name of a part of the options, for a message; a value of another kind is not shown. */
export function quotedName(name: unknown): string {
  return typeof name === "string" ? JSON.stringify(name) : "without a name";
}
