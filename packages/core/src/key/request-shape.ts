import { nameField, stringList } from "../token/token-request.ts";
import type { TokenRequest } from "../token/token-source.ts";

/** How many request shapes are remembered. Most agents have fewer targets. */
const MAX_SHAPES = 16;

type Shape = Pick<TokenRequest, "tenant" | "audience" | "resource" | "scope">;

/**
 * Writes the target of a request (tenant, audience, resource, scope) as one string: each field at its position, each name with
 * its length, each list as a sorted set. Absent lists and empty lists are written alike. Different targets give different
 * strings. Writing costs more than a cache hit, so the latest shapes are remembered and recognised by their members.
 */
export class RequestShapes {
  readonly #seen: { readonly shape: Shape; readonly text: string }[] = [];
  #next = 0;

  /**
   * Returns the string for a request's target.
   *
   * @throws TypeError naming the field that is blank or of a wrong type.
   */
  textOf(request: Shape): string {
    for (const seen of this.#seen) {
      if (isSame(seen.shape, request)) return seen.text;
    }
    const shape = checkedCopy(request);
    const text = write(shape);
    this.#seen[this.#next] = { shape, text };
    this.#next = (this.#next + 1) % MAX_SHAPES;
    return text;
  }
}

function isSame(one: Shape, other: Shape): boolean {
  return (
    isSameList(one.audience, other.audience) &&
    isSameList(one.resource, other.resource) &&
    isSameList(one.scope, other.scope) &&
    one.tenant === other.tenant
  );
}

function isSameList(one: readonly string[] | undefined, other: readonly string[] | undefined) {
  // A value that is not a list, such as a string, equals no list. Writing it then throws an error that names the mistake.
  if (!Array.isArray(one) || !Array.isArray(other)) return one === undefined && other === undefined;
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}

/** Copies the target, since the caller may change its lists or have getters: the copy is both written and remembered. */
function checkedCopy({ tenant, audience, resource, scope }: Shape): Shape {
  return {
    ...(tenant !== undefined && { tenant: nameField(tenant, "tenant") }),
    ...(audience !== undefined && { audience: stringList(audience, "audience") }),
    ...(resource !== undefined && { resource: stringList(resource, "resource") }),
    ...(scope !== undefined && { scope: stringList(scope, "scope") }),
  };
}

function write({ tenant, audience, resource, scope }: Shape): string {
  // V8 keeps a sum of strings as a tree of its parts, which takes three times the memory of a joined string.
  return [
    tenant === undefined ? "-" : framed(tenant),
    writtenList(audience),
    writtenList(resource),
    writtenList(scope),
  ].join("");
}

function writtenList(list: readonly string[] = []): string {
  if (list.length === 0) return "-";
  const set = [...new Set(list)].sort();
  return `${set.length}*${set.map(framed).join("")}`;
}

/** Writes a string with its length before it, so that its characters cannot be mistaken for the next part. */
export function framed(text: string): string {
  return `${text.length}:${text}`;
}
