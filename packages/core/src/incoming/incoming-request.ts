/** Requests that a server received, of any framework: their headers. */

/** Headers as a web framework has them: `Headers`, or an object of names in any case. */
export type IncomingHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, unknown>>;

/** The part of a request that is read. A `Request` fits, Node's `IncomingMessage`, and what frameworks make of them. */
export interface IncomingRequest {
  readonly headers: IncomingHeaders;
  /** Names and values in turns, as they came. Node drops all but the first Authorization header from `headers`. */
  readonly rawHeaders?: readonly string[];
  /** What the framework's request was made of. */
  readonly raw?: unknown;
}

/**
 * Returns every Authorization header of a request.
 *
 * @throws TypeError if there are no headers.
 */
export function authorizationHeaders(request: unknown, doing: string): readonly string[] {
  const { headers, rawHeaders, raw }: { [Name in keyof IncomingRequest]?: unknown } =
    Object(request);
  if (typeof headers !== "object" || headers === null) {
    throw new TypeError(
      `Cannot ${doing}: it has no "headers"; pass a Request or an IncomingMessage, such as "context.req.raw" of Hono`,
    );
  }
  const sent = sentValues(rawHeaders ?? Object(raw).rawHeaders);
  return sent.length > 1 ? sent : namedValues(headers);
}

/** The values in `headers` count, since a framework may have set them. */
function namedValues(headers: object): readonly string[] {
  const { get }: { readonly get?: unknown } = headers;
  const found: unknown[] =
    typeof get === "function"
      ? [get.call(headers, NAME)]
      : Object.entries(headers)
          .filter(([name]) => name.toLowerCase() === NAME)
          .flatMap(([, value]): unknown[] => [value].flat());
  return found.filter((value) => typeof value === "string");
}

function sentValues(rawHeaders: unknown): readonly string[] {
  if (!Array.isArray(rawHeaders)) return [];
  return rawHeaders.filter(
    (_, index) => index % 2 === 1 && String(rawHeaders[index - 1]).toLowerCase() === NAME,
  );
}

const NAME = "authorization";
