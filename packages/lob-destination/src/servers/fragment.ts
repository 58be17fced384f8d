/** A fragment of a destination: the part that this package uses. */
export interface Fragment {
  readonly name: string;
  /** Its property `URL`, in any letter case; empty if it is missing or blank. */
  readonly url: string;
}

/**
 * Reads a list of fragments, and sorts it by name: the service lists them in no order.
 *
 * @returns `undefined` if it is not a list of named fragments.
 */
export function fragmentsOf(body: unknown): readonly Fragment[] | undefined {
  if (!Array.isArray(body)) return undefined;
  const fragments = body.map((item: unknown) => ({
    name: textProperty(item, "FragmentName"),
    url: textProperty(item, "URL"),
  }));
  if (fragments.some(({ name }) => name === "")) return undefined;
  return fragments.sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Returns a property of a fragment or destination, trimmed; empty if it is not a text. The exact letter case is preferred to others. */
export function textProperty(properties: unknown, name: string): string {
  if (typeof properties !== "object" || properties === null) return "";
  const lowered = name.toLowerCase();
  const spelt = Object.hasOwn(properties, name)
    ? name
    : Object.keys(properties).find((key) => key.toLowerCase() === lowered);
  const value: unknown = Object.entries(properties).find(([key]) => key === spelt)?.[1];
  return typeof value === "string" ? value.trim() : "";
}
