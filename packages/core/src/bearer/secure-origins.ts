import { checkedInsecureHosts, checkUrl } from "./allowed-url.ts";

/** Where a token may go, as the caller says it. */
export interface OriginOptions {
  /** The protected resource; its origin is the only one that gets the token. Give this or `origins`. */
  readonly resource?: string | URL;
  /** All origins that get the token, such as `"https://api.example.com"`. Give this or `resource`. */
  readonly origins?: readonly (string | URL)[];
  /** Hosts, each with or without its port, that may be reached by `http:`. Loopback is no exception. Default none. */
  readonly allowInsecureHosts?: readonly string[];
}

/**
 * Returns the origins that may get the token.
 *
 * @throws TypeError naming the option that is missing, no URL, or not https.
 */
export function secureOrigins(options: OriginOptions): ReadonlySet<string> {
  const { resource, origins } = options;
  const insecureHosts = checkedInsecureHosts(options.allowInsecureHosts, "bind a token");
  if ((resource === undefined) === (origins === undefined)) {
    throw invalid('give either "resource" or "origins"');
  }
  if (resource !== undefined) {
    return new Set([secureUrl(resource, "resource", insecureHosts).origin]);
  }
  if (!Array.isArray(origins) || origins.length === 0) {
    throw invalid('"origins" must be a list of at least one origin');
  }
  return new Set(origins.map((origin) => bareOrigin(origin, insecureHosts)));
}

/** A path would look like a limit, and be none. */
function bareOrigin(origin: string | URL, insecureHosts: readonly string[]): string {
  const url = secureUrl(origin, "origins", insecureHosts);
  if (url.href === `${url.origin}/`) return url.origin;
  throw invalid(`"origins" must hold origins: write "${url.origin}", without what follows it`);
}

function secureUrl(value: string | URL, option: string, insecureHosts: readonly string[]): URL {
  const verdict = checkUrl(value, insecureHosts);
  if ("url" in verdict) return verdict.url;
  throw invalid(`"${option}" ${verdict.violation}`);
}

function invalid(reason: string): TypeError {
  return new TypeError(`Cannot bind a token: ${reason}`);
}
