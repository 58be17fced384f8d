import { nameField, stringList } from "../token/token-request.ts";
import type { TokenRequest } from "../token/token-source.ts";

/** How many shapes of requests are recognised without being written out: more than most agents have targets. */
const MAX_SHAPES = 16;

type Shape = Pick<TokenRequest, "tenant" | "audience" | "resource" | "scope">;

/**
 * Writes the target of a request (tenant, audience, resource, scope) as one text: each field at its position, each
 * name with its length, lists as sorted sets, absent and empty alike. No two different targets give the same text.
 * Writing it costs more than a whole cache hit, so the shapes last seen are recognised by their members.
 */
export class RequestShapes {
  readonly #seen: { readonly shape: Shape; readonly text: string }[] = [];
  #next = 0;

  /**
   * Returns the text of a request's target.
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
  // What is no list, such as a string, is like no list: writing it out says what is wrong with it.
  if (!Array.isArray(one) || !Array.isArray(other)) return one === undefined && other === undefined;
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}

/** What is written and what is recognised later are one: the caller may change its lists, or have getters. */
function checkedCopy({ tenant, audience, resource, scope }: Shape): Shape {
  return {
    ...(tenant !== undefined && { tenant: nameField(tenant, "tenant") }),
    ...(audience !== undefined && { audience: stringList(audience, "audience") }),
    ...(resource !== undefined && { resource: stringList(resource, "resource") }),
    ...(scope !== undefined && { scope: stringList(scope, "scope") }),
  };
}

function write({ tenant, audience, resource, scope }: Shape): string {
  // Joined, not added: a sum of strings is kept as a tree of its parts, which takes thrice the state.
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

/** Writes a text with its length before it, so that nothing in it can be taken for what follows. */
export function framed(text: string): string {
  return `${text.length}:${text}`;
}
