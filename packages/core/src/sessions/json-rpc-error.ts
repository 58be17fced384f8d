/** A JSON-RPC error, as a server wrote it. */
export interface JsonRpcError {
  /** Of the request; servers leave it out, or write `null`, where they did not read the request. */
  readonly id: unknown;
  readonly code: unknown;
  readonly message: string;
  readonly data?: unknown;
}

/** Reads the JSON-RPC error of a text: JSON, or an event stream, of which the first error counts; `undefined` if there is none. */
export function jsonRpcErrorIn(text = ""): JsonRpcError | undefined {
  return errorOf(parsed(text)) ?? eventData(text).map(parsed).map(errorOf).find(isDefined);
}

function errorOf(value: unknown): JsonRpcError | undefined {
  const response = fields(Array.isArray(value) && value.length === 1 ? value[0] : value);
  const { code, message, data } = fields(response.error);
  if (response.jsonrpc !== "2.0" || typeof message !== "string") return undefined;
  return { id: response.id, code, message, data };
}

/** Returns the data of each event, whatever its name is. */
function eventData(text: string): string[] {
  return text.split(/(?:\r\n|\r(?!\n)|\n){2}/).map((event) =>
    event
      .split(/\r\n|\r|\n/)
      .flatMap((line) => /^data: ?(.*)$/s.exec(line)?.[1] ?? [])
      .join("\n"),
  );
}

function isDefined<T>(value: T | undefined): value is T {
  return value !== undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
