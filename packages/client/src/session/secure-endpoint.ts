import { TokenError } from "@agent-oauth/core";
import { checkUrl } from "@agent-oauth/core/internal";

/**
 * Parses the URL of a server that is to get a token.
 *
 * @throws TokenError `ERR_TOKEN_CONFIG` if it is not an absolute URL or holds a user or password, `ERR_TOKEN_ORIGIN` if it is
 * not https and `allowInsecureHosts` does not name its host.
 */
export function secureEndpoint(
  url: string,
  { allowInsecureHosts }: { readonly allowInsecureHosts: readonly string[] },
): URL {
  const verdict = checkUrl(url, allowInsecureHosts);
  if ("url" in verdict) return verdict.url;
  const code = verdict.kind === "insecure" ? "ERR_TOKEN_ORIGIN" : "ERR_TOKEN_CONFIG";
  throw new TokenError(code, `Cannot use a server: its URL ${verdict.violation}`);
}
