/** Leaves out optional members that are `null` where their JSON Schema takes no null. */

type Schema = Readonly<Record<string, unknown>>;

/**
 * Leaves out what a model gives as `null` and may leave out: models that must give every argument of a schema do so. A `null` that the
 * schema takes stays, as does the `null` of a required member, which the check then refuses. Nested objects and lists are read
 * as well, also through `$ref`, `allOf`, and a union with one object or list in it.
 */
export function withoutNulls(value: unknown, schema: unknown, root: unknown = schema): unknown {
  if (Array.isArray(value)) {
    const items = parts(schema, root, "array").find((part) => part.items !== undefined)?.items;
    return value.map((item) => withoutNulls(item, items, root));
  }
  if (typeof value !== "object" || value === null) return value;
  const known = parts(schema, root, "object");
  const required = known.flatMap((part) => (Array.isArray(part.required) ? part.required : []));
  const members: [string, unknown][] = [];
  for (const [name, member] of Object.entries(value)) {
    const property = propertyOf(known, name);
    const isNeeded = property === undefined || required.includes(name);
    if (member === null && !isNeeded && !takesNull(property, root)) continue;
    members.push([name, withoutNulls(member, property, root)]);
  }
  return Object.fromEntries(members);
}

function propertyOf(known: readonly Schema[], name: string): unknown {
  for (const { properties } of known) {
    if (isSchema(properties) && Object.hasOwn(properties, name)) return properties[name];
  }
  return undefined;
}

/** Tells whether a schema takes `null`. All that it says must take it. */
function takesNull(schema: unknown, root: unknown, depth = MAX_DEPTH): boolean {
  if (!isSchema(schema)) return schema !== false;
  if (depth === 0) return true;
  const { $ref, type, enum: values, anyOf, oneOf, allOf } = schema;
  const takes = (part: unknown) => takesNull(part, root, depth - 1);
  if (type !== undefined && ![type].flat().includes("null")) return false;
  if (Array.isArray(values) && !values.includes(null)) return false;
  if ("const" in schema && schema.const !== null) return false;
  if (typeof $ref === "string" && !takes(referenced($ref, root))) return false;
  if (Array.isArray(allOf) && !allOf.every(takes)) return false;
  return [anyOf, oneOf].every((union) => !Array.isArray(union) || union.some(takes));
}

/** The schemas that all apply to an object or a list: the schema itself, and what it refers to or is made of. */
function parts(
  schema: unknown,
  root: unknown,
  type: "object" | "array",
  depth = MAX_DEPTH,
): readonly Schema[] {
  if (!isSchema(schema) || depth === 0) return [];
  const inner = (part: unknown) => parts(part, root, type, depth - 1);
  const { $ref, allOf, anyOf, oneOf } = schema;
  const found = [schema];
  if (typeof $ref === "string") found.push(...inner(referenced($ref, root)));
  if (Array.isArray(allOf)) found.push(...allOf.flatMap(inner));
  for (const union of [anyOf, oneOf]) {
    const fitting = Array.isArray(union) ? union.filter((part) => mayBe(type, part, root)) : [];
    // With several there is no telling which one applies.
    if (fitting.length === 1) found.push(...inner(fitting[0]));
  }
  return found;
}

function mayBe(type: string, schema: unknown, root: unknown): boolean {
  const own =
    isSchema(schema) && typeof schema.$ref === "string" ? referenced(schema.$ref, root) : schema;
  if (!isSchema(own)) return own !== false;
  return own.type === undefined || [own.type].flat().includes(type);
}

/** Schemas may refer to themselves. */
const MAX_DEPTH = 16;

/** Finds what a reference within the schema names (RFC 6901); `undefined` for every other reference. */
function referenced(reference: string, root: unknown): unknown {
  if (!reference.startsWith("#")) return undefined;
  let found = root;
  for (const part of reference.split("/").slice(1)) {
    const name = decoded(part).replaceAll("~1", "/").replaceAll("~0", "~");
    found = isSchema(found) && Object.hasOwn(found, name) ? found[name] : undefined;
  }
  return found;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null;
}
