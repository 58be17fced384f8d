import type { Dispatcher } from "undici";

type Headers = Dispatcher.DispatchOptions["headers"];
type Pair = readonly [name: string, value: unknown];

/** Copies headers, in any of the forms that undici takes, into a flat list without any Authorization header. */
export function withoutAuthorization(headers: Headers): string[] {
  return pairs(headers)
    .filter(([name]) => name.toLowerCase() !== "authorization")
    .flatMap(([name, value]) => repeated(name, value));
}

function pairs(headers: Headers): Pair[] {
  if (headers === undefined || headers === null) return [];
  if (isFlat(headers)) {
    return headers.flatMap((name, i): Pair[] => (i % 2 === 0 ? [[name, headers[i + 1]]] : []));
  }
  return [...(Symbol.iterator in headers ? headers : Object.entries(headers))] as Pair[];
}

function isFlat(headers: object): headers is string[] {
  return Array.isArray(headers) && typeof headers[0] === "string";
}

function repeated(name: string, value: unknown): string[] {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.flatMap((one) => (one === undefined ? [] : [name, String(one)]));
}
