import { dropNulls, isRecord } from "./drop-nulls.ts";

/** Methods whose results only describe the server: no member of theirs is data of a user. */
const DESCRIBING = new Set<unknown>(["initialize", "server/discover"]);

/** The one member of a result whose `null` may be meant: a value that a tool returned. */
const STRUCTURED_CONTENT = "structuredContent";

/**
 * Mends what many servers write otherwise than the MCP SDK wants it, in place and before the SDK sees it. `null` for an optional
 * member means that it is absent. An error without an id, or with `null` as its id, is the response to the request: the response
 * to an HTTP request is for no other. In an event stream, the error is the response only if no other comes.
 *
 * @returns whether something was changed.
 */
export function mendMessage(message: unknown, request: AnsweredRequest): boolean {
  const { id, method } = request;
  if (Array.isArray(message)) {
    const isAnswered = message.some((one) => isRecord(one) && one.id === id);
    const rest = { method, ...(!isAnswered && { id }) };
    return message.map((one) => mendMessage(one, rest)).includes(true);
  }
  if (!isRecord(message)) return false;
  let isChanged = dropNulls(message);
  if (isRecord(message.error) && message.id === undefined && id !== undefined) {
    if (request.isStreamed === true) keepStrayError(message.error, request);
    else message.id = id;
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
  /** Whether other messages may follow. An error without an id is then kept: the result may still come. */
  readonly isStreamed?: boolean;
  strayError?: StrayError;
}

/** A JSON-RPC error that names no request. */
export interface StrayError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** The first one counts. */
function keepStrayError(
  { code, message, data }: Record<string, unknown>,
  request: AnsweredRequest,
): void {
  if (!Number.isInteger(code) || typeof message !== "string") return;
  request.strayError ??= { code: Number(code), message, data };
}

function dropAllNulls(value: object): boolean {
  let isChanged = isRecord(value) && dropNulls(value);
  for (const member of Object.values(value)) {
    if (typeof member === "object" && member !== null && dropAllNulls(member)) isChanged = true;
  }
  return isChanged;
}
