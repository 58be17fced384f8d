import { networkInterfaces } from "node:os";
import type { HttpBindings } from "@hono/node-server";
import type { MiddlewareHandler } from "hono";
import { controlError } from "./control-error.ts";

/** The address at which a listener was started. */
export interface GuardedAddress {
  readonly scheme: "http" | "https";
  /** The address it is bound to. */
  readonly address: string;
  readonly port: number;
  /** Further host names it may be reached by. */
  readonly hosts: readonly string[];
}

/** The environment of the guarded applications. */
export type GuardedEnv = { Bindings: HttpBindings };

/**
 * Creates the middleware that keeps web pages away from the controls and the dashboard.
 *
 * Loopback does not keep browsers out: any page may send requests to it, and a page whose name
 * resolves to it (DNS rebinding) can even read the responses. So a request must name an address of
 * the mock (else 421), must not come from another origin (else 403), and must carry JSON or no body
 * (else 415).
 */
export function controlGuard(started: GuardedAddress): MiddlewareHandler<GuardedEnv> {
  const hosts = hostsOf(started);
  const origins = hosts.map((host) => `${started.scheme}://${host}`);
  return async (c, next) => {
    const { host, origin } = c.env.incoming.headers;
    const refusal =
      (!hosts.includes(host?.toLowerCase() ?? "") && wrongHost()) ||
      (origin !== undefined && !origins.includes(origin.toLowerCase()) && foreign()) ||
      (isForeignFetch(c.req.header("sec-fetch-site")) && foreign()) ||
      (hasOtherBody(c.req.raw.headers) && wrongType());
    if (refusal) c.res = refusal;
    else await next();
    for (const [name, value] of SHIELD_HEADERS) c.res.headers.set(name, value);
  };
}

/** A page that embeds a response cannot read it, and no cache keeps it. */
const SHIELD_HEADERS = [
  ["Cache-Control", "no-store"],
  ["Cross-Origin-Resource-Policy", "same-origin"],
  ["Cross-Origin-Opener-Policy", "same-origin"],
  ["Referrer-Policy", "no-referrer"],
  ["X-Content-Type-Options", "nosniff"],
  ["X-Frame-Options", "DENY"],
] as const;

/** Tells whether an address can be reached from this machine only. */
export function isLoopback(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127(\.\d+){3}$/.test(address);
}

/** The values of `Host` that name this listener. */
function hostsOf({ scheme, address, port, hosts }: GuardedAddress): string[] {
  const isEverywhere = address === "0.0.0.0" || address === "::";
  const addresses = isEverywhere ? ownAddresses() : [address];
  const names = ["localhost", "127.0.0.1", "[::1]", ...addresses.map(bracketed), ...hosts];
  const isDefaultPort = port === (scheme === "https" ? 443 : 80);
  return [...new Set(names)].flatMap((name) => [
    `${name}:${port}`,
    ...(isDefaultPort ? [name] : []),
  ]);
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all = []) => all.map((it) => it.address));
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

/**
 * `none` is a navigation by the user; another port of this host is `same-site`, but foreign too.
 *
 * @see {@link https://www.w3.org/TR/fetch-metadata/ Fetch Metadata Request Headers}
 */
function isForeignFetch(site: string | undefined): boolean {
  return site !== undefined && site !== "same-origin" && site !== "none";
}

function hasOtherBody(headers: Headers): boolean {
  const contentType = headers.get("content-type");
  if (contentType !== null) return !/^application\/json *(;|$)/i.test(contentType);
  return (headers.get("content-length") ?? "0") !== "0" || headers.has("transfer-encoding");
}

function wrongHost(): Response {
  const advice = 'the header "Host" names no address this mock was started at';
  return controlError(421, { error: "misdirected_request", message: advice });
}

function foreign(): Response {
  const advice = "the request comes from another origin";
  return controlError(403, { error: "foreign_origin", message: advice });
}

function wrongType(): Response {
  const advice = 'the body must be JSON: send "Content-Type: application/json"';
  return controlError(415, { error: "unsupported_media_type", message: advice });
}
