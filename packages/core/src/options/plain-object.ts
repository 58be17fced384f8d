/**
 * Tells whether a value is a plain object: `{ … }`, of this or another realm, or an object without a prototype. Promises, lists,
 * maps and instances of classes are not plain objects.
 */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === Object.prototype ||
    prototype === null ||
    Object.getPrototypeOf(prototype) === null
  );
}

/** Names the kind of a value, for messages that must not show the value. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (Array.isArray(value)) return "a list";
  if (typeof value !== "object") return withArticle(typeof value);
  if (isThenable(value)) return 'a promise (is an "await" missing?)';
  if (isPlainObject(value)) return "an object";
  return `an instance of ${className(value) ?? "a class"}`;
}

function withArticle(kind: string): string {
  return `${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind}`;
}

function isThenable(value: object): boolean {
  try {
    return "then" in value && typeof value.then === "function";
  } catch {
    return false; // A getter or a proxy threw.
  }
}

function className(value: object): string | undefined {
  try {
    const { name } = value.constructor;
    return /^[A-Za-z_$][\w$]{0,63}$/.test(name) ? name : undefined;
  } catch {
    return undefined;
  }
}
