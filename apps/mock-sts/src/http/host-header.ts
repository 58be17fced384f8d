import type { IncomingMessage } from "node:http";
import { isIPv6 } from "node:net";

/** The parts of a request that decide whether its `Host` is valid. */
export type HostedRequest = Pick<IncomingMessage, "httpVersion" | "rawHeaders">;

/**
 * Says what is wrong with the header `Host` of a request; `undefined` if it is valid.
 *
 * A server responds with 400 if it is missing, occurs twice, or is malformed: two readers of such a
 * request could disagree about its target.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9112#section-3.2 RFC 9112 §3.2}
 */
export function hostViolation({ httpVersion, rawHeaders }: HostedRequest): string | undefined {
  // Names and values alternate.
  const values = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === "host",
  );
  const [host] = values;
  // HTTP/1.0 had no such header.
  if (host === undefined) {
    return httpVersion === "1.0" ? undefined : 'the request has no "Host" header';
  }
  if (values.length > 1) return 'the request has more than one "Host" header';
  return isHost(host) ? undefined : 'the "Host" header is malformed';
}

/** A name or an address of RFC 3986, with or without a port; an HTTP URL cannot have an empty host. */
const HOST_PATTERN = /^(?:\[([^\]]*)\]|(?:[\w\-.~!$&'()*+,;=]|%[0-9a-f]{2})+)(?::(\d*))?$/i;

const MAX_PORT = 65_535;

function isHost(text: string): boolean {
  const match = HOST_PATTERN.exec(text);
  if (match === null) return false;
  const [, address, port = ""] = match;
  return (address === undefined || isIPv6(address)) && Number(port) <= MAX_PORT;
}
