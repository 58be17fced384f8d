import { ServiceError } from "./service-error.ts";

/** A page of a list, and the headers that describe the other pages. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly headers: Readonly<Record<string, string>>;
}

const DEFAULT_PAGE_SIZE = 10;
const MAX_PAGE_SIZE = 1000;

/**
 * Cuts out the page of a list that a query asks for; without `$page`, returns the whole list.
 *
 * @throws ServiceError 400 for an impossible page, or for a page together with a filter.
 */
export function cutPage<T>(
  items: readonly T[],
  { query, path }: { readonly query: URLSearchParams; readonly path: string },
): Page<T> {
  const entityCount = flag(query, "$entityCount") && { "Entity-Count": String(items.length) };
  const wantsPageCount = flag(query, "$pageCount");
  if (!query.has("$page")) {
    if (query.has("$pageSize") || wantsPageCount) throw invalid("$pageSize", "needs $page");
    return { items, headers: { ...entityCount } };
  }
  for (const other of ["$filter", "$select"]) {
    if (query.has(other)) throw invalid("$page", `cannot be combined with ${other}`);
  }
  const page = integer(query, "$page", Number.MAX_SAFE_INTEGER);
  const size = query.has("$pageSize")
    ? integer(query, "$pageSize", MAX_PAGE_SIZE)
    : DEFAULT_PAGE_SIZE;
  const pageCount = Math.max(1, Math.ceil(items.length / size));
  const link = pageLinks({ page, size, pageCount, path });
  return {
    items: items.slice((page - 1) * size, page * size),
    headers: {
      ...entityCount,
      ...(wantsPageCount && { "Page-Count": String(pageCount) }),
      ...(link !== "" && { Link: link }),
    },
  };
}

function pageLinks(at: { page: number; size: number; pageCount: number; path: string }): string {
  const link = (page: number, rel: string) =>
    `<${at.path}?$page=${page}&$pageSize=${at.size}>; rel='${rel}'`;
  const links = [];
  if (at.page > 1) links.push(link(at.page - 1, "previous"));
  if (at.page < at.pageCount) links.push(link(at.page + 1, "next"));
  return links.join(", ");
}

function flag(query: URLSearchParams, name: string): boolean {
  return query.get(name) === "true";
}

function integer(query: URLSearchParams, name: string, max: number): number {
  const text = query.get(name) ?? "";
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= max) return value;
  throw invalid(name, `must be an integer from 1 to ${max}`);
}

function invalid(name: string, violation: string): ServiceError {
  return new ServiceError(400, `The query parameter ${name} ${violation}`);
}
