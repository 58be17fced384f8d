import { dropNulls, isRecord } from "./drop-nulls.ts";

/** Methods whose results only describe the server: no member of theirs is data of a user. */
const DESCRIBING = new Set<unknown>(["initialize", "server/discover"]);

/** The one member of a result whose `null` may be meant: a value that a tool returned. */
const STRUCTURED_CONTENT = "structuredContent";

/**
 * Mends what many servers write otherwise than the MCP SDK wants it, in place and before the SDK sees it. `null` for an optional
 * member means that it is absent. An error without an id, or with `null` as its id, is the response to the request: the response
 * to an HTTP request is for no other.
 *
 * @returns whether something was changed.
 */
export function mendMessage(message: unknown, { id, method }: AnsweredRequest): boolean {
  if (Array.isArray(message)) {
    return message.map((one) => mendMessage(one, { id, method })).includes(true);
  }
  if (!isRecord(message)) return false;
  let isChanged = dropNulls(message);
  if (isRecord(message.error) && message.id === undefined && id !== undefined) {
    message.id = id;
    isChanged = true;
  }
  const { result, params } = message;
  if (isRecord(result)) {
    const isDropped = DESCRIBING.has(method)
      ? dropAllNulls(result)
      : dropNulls(result, STRUCTURED_CONTENT);
    return isDropped || isChanged;
  }
  return (isRecord(params) && dropNulls(params)) || isChanged;
}

/** The request that a message came in response to. */
export interface AnsweredRequest {
  readonly id?: unknown;
  readonly method?: string | undefined;
}

function dropAllNulls(value: object): boolean {
  let isChanged = isRecord(value) && dropNulls(value);
  for (const member of Object.values(value)) {
    if (typeof member === "object" && member !== null && dropAllNulls(member)) isChanged = true;
  }
  return isChanged;
}
