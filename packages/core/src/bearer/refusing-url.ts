/**
 * Returns the origin and path of the URL of a server that refused a token. Sources get the URL in this form: the query may hold
 * secrets, and it does not tell servers apart.
 *
 * @throws TypeError if the URL is not absolute.
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
