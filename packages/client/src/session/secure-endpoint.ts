import { TokenError } from "@agent-oauth/core";

/**
 * Parses the URL of a server that is to get a token.
 *
 * @throws TokenError `ERR_TOKEN_CONFIG` if it is no URL or holds a user or password, `ERR_TOKEN_ORIGIN` if it is not https and its host is not excepted.
 */
export function secureEndpoint(
  url: string,
  { allowInsecureHosts }: { readonly allowInsecureHosts: readonly string[] },
): URL {
  const endpoint = URL.parse(url);
  if (endpoint === null) {
    throw new TokenError("ERR_TOKEN_CONFIG", "Cannot use a server: its URL is invalid");
  }
  if (endpoint.username !== "" || endpoint.password !== "") {
    throw new TokenError(
      "ERR_TOKEN_CONFIG",
      `Cannot use a server: its URL at ${endpoint.origin} holds a user name or password`,
    );
  }
  const insecure = [endpoint.host, endpoint.hostname].some((host) =>
    allowInsecureHosts.includes(host),
  );
  if (endpoint.protocol === "https:" || (endpoint.protocol === "http:" && insecure))
    return endpoint;
  throw new TokenError(
    "ERR_TOKEN_ORIGIN",
    `Cannot present a token to ${endpoint.origin}: it is not https, and "allowInsecureHosts" does not name it`,
  );
}
