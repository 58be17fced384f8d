import { randomUUID } from "node:crypto";
import type { JWTPayload } from "jose";
import { checkFields, type FieldKinds } from "../checks/fields.ts";
import { LOB_CLIENT } from "../options/lob-client.ts";
import type { SecurityTokenService } from "../sts/security-token-service.ts";
import type { Tenant, Tenants } from "../tenants/tenant.ts";
import { type Clock, numericDate } from "../time/clock.ts";
import type { AccessTokens } from "../tokens/access-tokens.ts";

/** A user to sign in, and for how long. */
export interface UserTokenRequest {
  /** The user. */
  readonly sub: string;
  /** Subdomain of the user's tenant. Default: the provider's. */
  readonly tenant?: string;
  /** Name of a further issuer, or `sts`, if that issuer signs the user in instead of a tenant. */
  readonly issuer?: string;
  /** Client the token is for: becomes `aud`. Default: the agent's; in a subscriber, that of line-of-business agents. */
  readonly clientId?: string;
  /** Lifetime in milliseconds. Default 3 600 000. Zero or less: already expired. */
  readonly expiresInMs?: number;
  /** Further claims; they win over the others, and `undefined` removes a claim. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** The parts of a mock that user tokens are made from. */
export interface UserTokensOptions {
  readonly tenants: Tenants;
  /** The token exchange service and the further issuers. */
  readonly services: readonly Pick<SecurityTokenService, "name" | "tokens">[];
  readonly clock: Clock;
  /** The default client of the provider's user tokens. */
  readonly defaultClientId: string;
}

/** Returns a function that signs users in: it makes the id token that an application would hold. */
export function createUserTokens(
  options: UserTokensOptions,
): (request: UserTokenRequest) => Promise<string> {
  return async (request) => {
    checkFields(request, { start: "Cannot sign a user in:", names: REQUEST_NAMES });
    const { sub, tenant, issuer, clientId, expiresInMs = 3_600_000, claims } = request;
    const now = options.clock.now();
    const { isProvider, tokens, tenantId } = findTenant(options.tenants, tenant);
    const signer = issuer === undefined ? tokens : findService(options.services, issuer);
    const payload: JWTPayload = {
      iss: signer.issuer,
      sub,
      aud: clientId ?? (isProvider ? options.defaultClientId : LOB_CLIENT.clientId),
      user_uuid: sub,
      ...(issuer === undefined && { app_tid: tenantId }),
      iat: numericDate(Math.min(now, now + expiresInMs)),
      exp: numericDate(now + expiresInMs),
      jti: randomUUID(),
      ...claims,
    };
    // JSON drops `undefined`: this removes the claim.
    return signer.keys.sign(JSON.parse(JSON.stringify(payload)), "JWT");
  };
}

const REQUEST_NAMES: FieldKinds<UserTokenRequest> = {
  sub: "prose",
  tenant: "text",
  issuer: "text",
  clientId: "prose",
  expiresInMs: "number",
  claims: "members",
};

function findService(services: UserTokensOptions["services"], name: string): AccessTokens {
  const service = services.find((candidate) => candidate.name === name);
  if (service !== undefined) return service.tokens;
  throw new TypeError(`Cannot sign a user in: unknown issuer ${JSON.stringify(name)}`);
}

function findTenant({ provider, bySubdomain }: Tenants, subdomain: string | undefined): Tenant {
  const tenant = subdomain === undefined ? provider : bySubdomain(subdomain);
  if (tenant !== undefined) return tenant;
  throw new TypeError(`Cannot sign a user in: unknown tenant ${JSON.stringify(subdomain)}`);
}
