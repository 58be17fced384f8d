/**
 * Writes the URL of a server that refused a token as sources are told it: origin and path. The query may hold secrets, and is not
 * what tells servers apart.
 *
 * @throws TypeError if it is no absolute URL.
 */
export function refusingUrl(url: string | URL): string {
  const parsed = URL.parse(String(url));
  if (parsed === null) {
    throw new TypeError(
      "Cannot name the server that refused the token: it must be an absolute URL",
    );
  }
  return `${parsed.origin}${parsed.pathname}`;
}
