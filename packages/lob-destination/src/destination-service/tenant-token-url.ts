import { TokenError } from "@agent-oauth/core";
import { checkTenantSubdomain } from "./tenant-subdomain.ts";

/** The members of a binding that determine where tokens are issued. */
export interface TokenUrlBinding {
  /** Base URL of the provider's authorization server. */
  readonly url: string;
  /** The same for clients that present a certificate. */
  readonly certurl?: string | undefined;
  /** The provider's subdomain. */
  readonly identityzone?: string | undefined;
  /** The domain below which every tenant has its authorization server. */
  readonly uaadomain?: string | undefined;
}

/**
 * Returns a tenant's token URL in place of the rule. It is called for the provider too, with the binding's `identityzone` if
 * there is one. The URL must be https, except at hosts that `allowInsecureHosts` names.
 */
export type TenantTokenUrl = (tenant: string, binding: TokenUrlBinding) => string | URL;

/** A binding, as far as the rule for token URLs needs it. */
export interface TokenUrlOptions {
  readonly binding: TokenUrlBinding;
  /** Whether the client presents a certificate, for which there are hosts of their own. */
  readonly byCertificate: boolean;
}

const PATH = "/oauth/token";
const DOMAIN = /^authentication\.(?!cert\.)/i;

/**
 * Returns the token URL of a tenant, or the provider's without one. The first label of the binding's host is replaced if it
 * is the provider's subdomain, else the tenant precedes `uaadomain`. A tenant never gets the provider's URL.
 *
 * @throws TypeError if the tenant is not a subdomain.
 * @throws TokenError `ERR_TOKEN_CONFIG` if the binding does not determine it.
 */
export function tenantTokenUrl(
  tenant: string | undefined,
  { binding, byCertificate }: TokenUrlOptions,
): URL {
  if (tenant !== undefined) checkTenantSubdomain(tenant);
  const { identityzone, uaadomain } = binding;
  const base = byCertificate ? certificateBase(binding) : new URL(binding.url);
  base.pathname = base.pathname.replace(/\/+$/, "") + PATH;
  if (tenant === undefined) return base;
  const [first, ...others] = base.hostname.split(".");
  if (identityzone !== undefined && first === identityzone.toLowerCase()) {
    return withHost(base, [tenant, ...others].join("."), tenant);
  }
  if (uaadomain === undefined) {
    throw unknownUrl(
      tenant,
      'the host of the binding\'s "url" does not begin with its "identityzone", and it has no "uaadomain"; the option "tokenUrl" can return it',
    );
  }
  const domain = byCertificate ? uaadomain.replace(DOMAIN, "authentication.cert.") : uaadomain;
  return withHost(new URL(`https://${domain}${PATH}`), `${tenant}.${domain.split(":")[0]}`, tenant);
}

/** A URL ignores an invalid host and would stay the provider's; a number as host would become an address. */
function withHost(url: URL, host: string, tenant: string): URL {
  url.hostname = host;
  if (url.hostname === host.toLowerCase()) return url;
  throw unknownUrl(tenant, "it does not make a host name");
}

/** Older bindings have no `certurl`; its host differs by one label. */
function certificateBase({ certurl, url }: TokenUrlBinding): URL {
  if (certurl !== undefined) return new URL(certurl);
  const base = new URL(url);
  const [first = "", ...others] = base.hostname.split(".");
  base.hostname = `${first}.${others.join(".").replace(DOMAIN, "authentication.cert.")}`;
  if (base.href !== new URL(url).href) return base;
  throw new TokenError(
    "ERR_TOKEN_CONFIG",
    'Cannot find the token URL for a client certificate: the binding has no "certurl", and its "url" does not follow the pattern from which it is derived',
  );
}

function unknownUrl(tenant: string, reason: string): TokenError {
  return new TokenError(
    "ERR_TOKEN_CONFIG",
    `Cannot find the token URL of tenant ${JSON.stringify(tenant)}: ${reason}`,
  );
}
