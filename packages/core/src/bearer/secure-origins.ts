import { checkedInsecureHosts, checkUrl } from "./allowed-url.ts";

/**
 * Returns the origins that may get the token.
 *
 * @throws TypeError if an option is missing, not a URL, or not https. The message names the option.
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

/** The origins that may get the token. */
export interface OriginOptions {
  /** The protected resource. Only its origin gets the token. Give either `resource` or `origins`. */
  readonly resource?: string | URL;
  /** All origins that get the token, such as `"https://api.example.com"`. Give either `origins` or `resource`. */
  readonly origins?: readonly (string | URL)[];
  /** Hosts, with or without a port, that may be called by `http:`. Loopback must be named too. Default: none. */
  readonly allowInsecureHosts?: readonly string[];
}

/** An origin with a path is refused, since the path would look like a limit without being enforced. */
function bareOrigin(origin: string | URL, insecureHosts: readonly string[]): string {
  const url = secureUrl(origin, "origins", insecureHosts);
  if (url.href === `${url.origin}/`) return url.origin;
  throw invalid(`"origins" must hold origins without a path: write "${url.origin}"`);
}

function secureUrl(value: string | URL, option: string, insecureHosts: readonly string[]): URL {
  const verdict = checkUrl(value, insecureHosts);
  if ("url" in verdict) return verdict.url;
  throw invalid(`"${option}" ${verdict.violation}`);
}

function invalid(reason: string): TypeError {
  return new TypeError(`Cannot bind a token: ${reason}`);
}
