/** A URL that may be called, or the reason why it may not be called. */
export type CheckedUrl =
  | { readonly url: URL }
  | {
      readonly kind: "invalid" | "credentials" | "insecure";
      /** Completes "the URL …". Of the URL it shows at most the host. */
      readonly violation: string;
    };

/**
 * Checks a URL that gets a token or a credential. The URL must be absolute, without a user name or password, and https. `http:`
 * is allowed only for hosts that `allowInsecureHosts` names, loopback included.
 *
 * @param allowInsecureHosts as {@link checkedInsecureHosts} returns them.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.2 RFC 6749 §3.2}
 */
export function checkUrl(value: string | URL, allowInsecureHosts: readonly string[]): CheckedUrl {
  const url = URL.parse(String(value));
  if (url === null) return { kind: "invalid", violation: "must be an absolute URL" };
  if (url.username !== "" || url.password !== "") {
    return { kind: "credentials", violation: "must not hold a user name or password" };
  }
  if (isAllowedUrl(url, allowInsecureHosts)) return { url };
  return {
    kind: "insecure",
    violation: `must be https, or "allowInsecureHosts" must name ${JSON.stringify(url.host)}`,
  };
}

/** Tells whether a URL is https, or `http:` with a host that `allowInsecureHosts` names, with or without its port. */
export function isAllowedUrl(url: URL, allowInsecureHosts: readonly string[]): boolean {
  if (url.protocol === "https:") return true;
  if (url.protocol !== "http:") return false;
  const hostAndPort = `${url.hostname}:${url.port || DEFAULT_PORT}`;
  return allowInsecureHosts.some((host) => host === url.hostname || host === hostAndPort);
}

const DEFAULT_PORT = "80";

/**
 * Checks the option `allowInsecureHosts`, and normalizes each host: lower case, and `:80` if the option names that port.
 *
 * @param doing completes "Cannot …".
 * @throws TypeError if it is not a list of `host` or `host:port`.
 */
export function checkedInsecureHosts(hosts: unknown, doing: string): readonly string[] {
  if (hosts === undefined) return [];
  if (!Array.isArray(hosts)) {
    throw new TypeError(`Cannot ${doing}: "allowInsecureHosts" must be a list of hosts`);
  }
  return hosts.map((host: unknown) => {
    const written = typeof host === "string" ? writtenHost(host) : undefined;
    if (written !== undefined) return written;
    throw new TypeError(
      `Cannot ${doing}: "allowInsecureHosts" must name hosts, as "host" or "host:port"`,
    );
  });
}

function writtenHost(host: string): string | undefined {
  const hasPort = /:\d+$/.test(host) && !/^[^[]*:.*:/.test(host);
  const url = /[/?#@\\\s]/.test(host) ? null : URL.parse(`http://${host}`);
  if (url === null || url.hostname === "") return undefined;
  return hasPort ? `${url.hostname}:${url.port || DEFAULT_PORT}` : url.hostname;
}
