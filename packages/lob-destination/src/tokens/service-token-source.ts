import {
  type AccessToken,
  type GetTokenOptions,
  normalizeTokenRequest,
  redactedCause,
  TokenError,
  type TokenRequest,
  type TokenSource,
} from "@agent-oauth/core";
import { urlRule } from "@agent-oauth/node";
import { createTokenEndpoint } from "@agent-oauth/token-endpoint";
import type { DestinationAccess } from "../binding/destination-binding.ts";
import { tenantOfToken } from "../destination-service/tenant-of-token.ts";
import { checkTenantSubdomain } from "../destination-service/tenant-subdomain.ts";
import { type TokenUrlBinding, tenantTokenUrl } from "../destination-service/tenant-token-url.ts";
import { textDigest } from "../destination-service/text-digest.ts";
import type { EndpointOptions, TenantTokenUrl } from "../lob-flow-options.ts";

/** How service tokens are asked for. */
export interface ServiceTokenSourceOptions {
  readonly endpoint: EndpointOptions;
  readonly tokenUrl: TenantTokenUrl | undefined;
}

/**
 * Gets tokens for the Destination Service: those of a tenant from its own authorization server, without a tenant the
 * provider's. It caches nothing. Its requests honour `tenant` only.
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

  get identity(): string {
    return this.#identity;
  }

  /** Uses another binding from the next request on. */
  adopt(access: DestinationAccess): void {
    this.#access = access;
    this.#identity = identityOf(access);
  }

  async getToken(request?: TokenRequest, { signal }: GetTokenOptions = {}): Promise<AccessToken> {
    const { tenant } = normalizeTokenRequest(request, { honours: ["tenant"] });
    const { clientId, authentication } = this.#access;
    // Made for one request: each tenant has a host of its own, where the next is made hours later.
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
    const fault = rule(String(url));
    if (fault === undefined) return new URL(url);
    const whose = tenant === undefined ? "the provider" : `tenant ${JSON.stringify(tenant)}`;
    throw new TokenError("ERR_TOKEN_CONFIG", `Cannot use the token URL of ${whose}: it ${fault}`);
  }
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
  return textDigest(clientId, method, secretDigest ?? certificate?.thumbprint, tokenUrls);
}

/** A token of another tenant would show that one's destinations: a wrong token URL must not go unnoticed. */
function ofTenant(token: AccessToken, tenant: string | undefined): AccessToken {
  const stated = tenantOfToken(token.token);
  if (tenant === undefined || stated === undefined) return token;
  if (stated.toLowerCase() === tenant.toLowerCase()) return token;
  throw new TokenError(
    "ERR_TOKEN_RESPONSE",
    `Cannot use the service token of tenant ${JSON.stringify(tenant)}: it is of another tenant; check the token URL`,
  );
}

/** XSUAA does not say that a tenant is unknown or has not subscribed: it refuses the client. */
function withAdvice(error: unknown, tenant: string | undefined): unknown {
  if (!TokenError.isInstance(error) || tenant === undefined) return error;
  if (error.status !== 401 && error.status !== 404) return error;
  const { code, message, status, oauthError } = error;
  const advice = "a tenant that is unknown or has not subscribed is refused in the same way";
  return new TokenError(code, `${message}; ${advice}`, { status, oauthError });
}
