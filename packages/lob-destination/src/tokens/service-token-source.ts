import {
  type AccessToken,
  type GetTokenOptions,
  normalizeTokenRequest,
  redactedCause,
  TokenError,
  type TokenRequest,
  type TokenSource,
} from "@agent-oauth/core";
import { identityDigest, retoldError } from "@agent-oauth/core/internal";
import { urlRule } from "@agent-oauth/node/internal";
import { createTokenEndpoint } from "@agent-oauth/token-endpoint";
import type { DestinationAccess } from "../binding/destination-binding.ts";
import { tenantOfToken } from "../destination-service/tenant-of-token.ts";
import { checkTenantSubdomain } from "../destination-service/tenant-subdomain.ts";
import {
  type TenantTokenUrl,
  type TokenUrlBinding,
  tenantTokenUrl,
} from "../destination-service/tenant-token-url.ts";
import type { EndpointOptions } from "../flow-options.ts";

/**
 * Gets tokens for the Destination Service: a tenant's from the tenant's authorization server, or the provider's if a request
 * has no tenant. It caches nothing. Its requests support `tenant` only.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.4 RFC 6749 §4.4}
 */
export class ServiceTokenSource implements TokenSource {
  readonly #options: ServiceTokenSourceOptions;
  #access: DestinationAccess;
  #identity: string;

  constructor(access: DestinationAccess, options: ServiceTokenSourceOptions) {
    this.#options = options;
    this.#access = access;
    this.#identity = identityOf(access);
  }

  readonly sharing = true;

  get identity(): string {
    return this.#identity;
  }

  /** Uses another binding from the next request on. */
  update(access: DestinationAccess): void {
    this.#access = access;
    this.#identity = identityOf(access);
  }

  async getToken(request?: TokenRequest, { signal }: GetTokenOptions = {}): Promise<AccessToken> {
    const { tenant } = normalizeTokenRequest(request, { supports: ["tenant"] });
    const { clientId, authentication } = this.#access;
    // Made for one request: each tenant has its own host, and the next request to it is hours away.
    const endpoint = createTokenEndpoint({
      ...this.#options.endpoint,
      tokenEndpoint: this.#tokenUrl(tenant),
      clientId,
      clientAuthentication: authentication,
    });
    const grant = { grantType: "client_credentials", parameters: {}, idempotent: true };
    try {
      return ofTenant(await endpoint.request(grant, { signal }), tenant);
    } catch (error) {
      throw withAdvice(error, tenant);
    } finally {
      await endpoint.close();
    }
  }

  #tokenUrl(tenant: string | undefined): URL {
    if (tenant !== undefined) checkTenantSubdomain(tenant);
    const { tokenUrls: binding, authentication } = this.#access;
    const byCertificate = authentication.certificate !== undefined;
    const named = tenant ?? binding.identityzone;
    const url =
      this.#options.tokenUrl === undefined || named === undefined
        ? tenantTokenUrl(tenant, { binding, byCertificate })
        : askedTokenUrl(this.#options.tokenUrl, { tenant: named, binding });
    const { allowInsecureHosts = [] } = this.#options.endpoint;
    // Over http: no certificate would be presented.
    const rule = urlRule({
      allowInsecureHosts: byCertificate ? [] : allowInsecureHosts,
      query: true,
    });
    const violation = rule(String(url));
    if (violation === undefined) return new URL(url);
    const whose = tenant === undefined ? "the provider" : `tenant ${JSON.stringify(tenant)}`;
    throw new TokenError(
      "ERR_TOKEN_CONFIG",
      `Cannot use the token URL of ${whose}: it ${violation}`,
    );
  }
}

/** Options of a {@link ServiceTokenSource}. */
export interface ServiceTokenSourceOptions {
  readonly endpoint: EndpointOptions;
  readonly tokenUrl: TenantTokenUrl | undefined;
}

function askedTokenUrl(
  tokenUrl: TenantTokenUrl,
  { tenant, binding }: { readonly tenant: string; readonly binding: TokenUrlBinding },
): string | URL {
  try {
    return tokenUrl(tenant, binding);
  } catch (error) {
    if (TokenError.isInstance(error)) throw error;
    throw new TokenError("ERR_TOKEN_PROVIDER", 'Cannot ask the option "tokenUrl": it threw', {
      cause: redactedCause(error),
    });
  }
}

function identityOf({ clientId, authentication, tokenUrls }: DestinationAccess): string {
  const { method, secretDigest, certificate } = authentication;
  return identityDigest(clientId, method, secretDigest ?? certificate?.thumbprint, tokenUrls);
}

/** A token of another tenant would show the destinations of that tenant: a wrong token URL must be noticed. */
function ofTenant(token: AccessToken, tenant: string | undefined): AccessToken {
  const stated = tenantOfToken(token.token);
  if (tenant === undefined || stated === undefined) return token;
  if (stated.toLowerCase() === tenant.toLowerCase()) return token;
  throw new TokenError(
    "ERR_TOKEN_RESPONSE",
    `Cannot use the service token of tenant ${JSON.stringify(tenant)}: it belongs to another tenant; check the token URL`,
  );
}

/** If a tenant is unknown or has not subscribed, XSUAA refuses the client without saying so. */
function withAdvice(error: unknown, tenant: string | undefined): unknown {
  if (!TokenError.isInstance(error) || tenant === undefined) return error;
  if (error.status !== 401 && error.status !== 404) return error;
  const advice = "a tenant that is unknown or has not subscribed is refused in the same way";
  return retoldError(error, `${error.message}; ${advice}`);
}
