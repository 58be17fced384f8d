import { decodeJwt } from "jose";
import { InvalidTokenError } from "../keys/jwt-verification.ts";
import { bearerToken } from "../oauth/authorization-header.ts";
import type { Tenant, Tenants } from "../tenants/tenant.ts";
import { ServiceError } from "./service-error.ts";

/**
 * Finds the tenant whose service token a request carries: that alone decides whose data it sees.
 *
 * @throws ServiceError 401 for an invalid token, 403 for a tenant that is not subscribed, 422 for a
 *   token of an identity tenant at v2.
 */
export async function authorizeService(
  authorization: string | undefined,
  { tenants, clientId, version }: ServiceAuthorizationContext,
): Promise<Tenant> {
  const token = bearerToken(authorization);
  if (token === undefined) throw refusal(401, "Unauthorized: no bearer token was sent");
  const issuer = issuerOf(token);
  const tenant = tenants.find("serviceTokenEndpoint", issuer);
  if (tenant === undefined) {
    if (version === "v2" && tenants.find("issuer", issuer) !== undefined) {
      throw new ServiceError(
        422,
        "Tokens of the Identity Authentication service are not supported",
      );
    }
    throw refusal(401, "Unauthorized: the token is of no issuer known here");
  }
  try {
    await tenant.serviceTokens.verify(token, { audience: clientId });
  } catch (error) {
    if (!(error instanceof InvalidTokenError)) throw error;
    throw refusal(401, `Unauthorized: ${error.message}`);
  }
  if (!tenant.settings.subscribed) throw refusal(403, "Forbidden: the tenant is not subscribed");
  return tenant;
}

/** The facts that callers of the Destination Service are checked against. */
export interface ServiceAuthorizationContext {
  readonly tenants: Tenants;
  /** The client that service tokens must be for. */
  readonly clientId: string;
  /** Version of the interface that is called. */
  readonly version: "v1" | "v2";
}

/** Reads the issuer that a token claims, unverified. */
export function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

function refusal(status: 401 | 403, message: string): ServiceError {
  return new ServiceError(status, message, { format: "text" });
}
