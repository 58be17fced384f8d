/** How a client reaches a server of a configuration: only servers with a URL, by Streamable HTTP, can be sent a token. */
import { isPlainObject } from "../options/plain-object.ts";

/** Names of the transport that registries and clients use, without hyphens and in lower case. */
const HTTP = ["http", "streamablehttp"];

/**
 * Says why the transport of a server cannot be used. It shows nothing of the server.
 *
 * @returns `undefined` if it can be, or if the value says nothing about it.
 */
export function transportViolation(server: unknown): string | undefined {
  if (!isPlainObject(server)) return undefined;
  const { type, command } = server;
  if (command !== undefined || type === "stdio") {
    return "is a local command (stdio), which takes no token; only servers with a url can be used";
  }
  if (type === undefined || isHttp(type)) return undefined;
  if (type === "sse") {
    return "has the type sse, which is not supported; give the URL of its Streamable HTTP endpoint, and the type http";
  }
  return 'has a type that is not supported; it must be "http", also written "streamable-http"';
}

function isHttp(type: unknown): boolean {
  return typeof type === "string" && HTTP.includes(type.toLowerCase().replace(/[-_ ]/g, ""));
}
