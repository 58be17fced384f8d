/** A JSON-RPC error, as a server wrote it. */
export interface JsonRpcError {
  /** Of the request; servers leave it out, or write `null`, where they did not read the request. */
  readonly id: unknown;
  readonly code: unknown;
  readonly message: string;
  readonly data?: unknown;
}

/** Reads a text that is one JSON-RPC error; `undefined` if it is something else. */
export function jsonRpcErrorIn(text: string | undefined): JsonRpcError | undefined {
  const response = fields(parsed(text));
  const { code, message, data } = fields(response.error);
  if (response.jsonrpc !== "2.0" || typeof message !== "string") return undefined;
  return { id: response.id, code, message, data };
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
