import { X509Certificate } from "node:crypto";
import type { IdentityTenant } from "../issuer/identity-tenant.ts";
import { parseForm } from "../oauth/form.ts";
import type { IssuedToken } from "../tokens/access-tokens.ts";
import type { Configurations } from "./configurations.ts";
import { type FoundDestination, findKeyStore } from "./destination-lookup.ts";
import { ServiceError } from "./service-error.ts";

/** An item of `authTokens`. */
export interface AuthToken {
  readonly type: string;
  readonly value: string;
  /** Seconds, as a string. */
  readonly expires_in: string;
  readonly http_header?: { readonly key: string; readonly value: string };
  readonly scope?: string;
  readonly error?: string;
}

/** The tokens of a destination, and the one that was issued for them. */
export interface RetrievedTokens {
  /** `undefined` for a destination without authentication. */
  readonly items: readonly AuthToken[] | undefined;
  readonly issued: IssuedToken | undefined;
}

/** The services that token retrieval asks. */
export interface TokenRetrievalContext {
  readonly identityTenants: readonly IdentityTenant[];
  readonly configurations: Configurations;
}

/** The error that the tenant control `authTokens.error` puts into an item. */
const CONFIGURED_ERROR = "No consumed apis matching provided resource parameter found.";

/**
 * Gets the access token that a destination asks for from the identity tenant that its
 * `tokenServiceURL` names.
 *
 * A refusal becomes an item with an error: the status of the response stays 200.
 *
 * @throws ServiceError 400 if `X-tenant` is missing or must not be there.
 */
export async function retrieveTokens(
  found: FoundDestination,
  context: TokenRetrievalContext,
): Promise<RetrievedTokens> {
  const { Authentication = "NoAuthentication" } = found.properties;
  if (Authentication === "NoAuthentication") return { items: undefined, issued: undefined };
  const { authTokens: settings } = found.tenant.settings;
  if (settings.error === "alone") return failure(CONFIGURED_ERROR);
  const retrieved = await requestToken(found, context);
  const { items = [], issued } = retrieved;
  if (settings.error === undefined) return retrieved;
  return { items: [errorItem(CONFIGURED_ERROR), ...items], issued };
}

async function requestToken(
  found: FoundDestination,
  context: TokenRetrievalContext,
): Promise<RetrievedTokens> {
  const tokenServiceUrl = tokenServiceOf(found);
  const parameters = grantParameters(found);
  if ("error" in parameters) return failure(parameters.error);
  const server = context.identityTenants.find(
    ({ tokenEndpoint }) => tokenEndpoint === tokenServiceUrl,
  );
  if (server === undefined) return failure("Unable to connect to the token service");
  const body = new URLSearchParams({ ...parameters.form, ...extraParameters(found) }).toString();
  const { response, issued } = await server.endpoints.token({
    method: "POST",
    url: server.tokenEndpoint,
    query: "",
    body,
    form: parseForm(body),
    authorization: undefined,
    dpop: undefined,
    contentType: "application/x-www-form-urlencoded",
    certificate: certificateOf(found, context),
    format: found.tenant.settings.authTokens.format,
  });
  const tokenResponse = (await response.json()) as Readonly<Record<string, unknown>>;
  if (issued === undefined) {
    return failure(
      `Token service refused: ${tokenResponse.error}, ${tokenResponse.error_description}`,
    );
  }
  return { items: [goodItem(issued, tokenResponse, found)], issued };
}

type GrantParameters =
  | { readonly form: Readonly<Record<string, string>> }
  | { readonly error: string };

function grantParameters({ properties, userToken }: FoundDestination): GrantParameters {
  const { Authentication, clientId, clientSecret } = properties;
  const client = {
    client_id: String(clientId ?? ""),
    ...(clientSecret !== undefined && { client_secret: String(clientSecret) }),
  };
  if (Authentication === "OAuth2ClientCredentials") {
    return { form: { ...client, grant_type: "client_credentials" } };
  }
  if (Authentication !== "OAuth2JWTBearer") {
    return { error: `Authentication ${Authentication} is not supported by mock-sts` };
  }
  if (userToken === undefined) return { error: "Header X-user-token is missing" };
  const grantType = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  return { form: { ...client, grant_type: grantType, assertion: userToken } };
}

/** A destination may add parameters of its own to the token request. */
function extraParameters({ properties }: FoundDestination): Record<string, string> {
  const prefix = "tokenService.body.";
  const own = Object.entries(properties)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, value]) => [name.slice(prefix.length), String(value)]);
  const scope = properties.scope === undefined ? {} : { scope: String(properties.scope) };
  return { ...scope, ...Object.fromEntries(own) };
}

function tokenServiceOf({ properties, tokenTenant }: FoundDestination): string {
  const url = String(properties.tokenServiceURL ?? "");
  const isCommon = properties.tokenServiceURLType === "Common";
  if (properties.Authentication !== "OAuth2ClientCredentials") return url;
  if (isCommon !== (tokenTenant !== undefined)) {
    const violation = isCommon ? "is required by" : "cannot be used with";
    const type = isCommon ? "Common" : "Dedicated";
    throw new ServiceError(400, `Header X-tenant ${violation} tokenServiceURLType ${type}`);
  }
  if (tokenTenant === undefined) return url;
  return url.includes("{tenant}")
    ? url.replaceAll("{tenant}", tokenTenant)
    : url.replace("://", `://${tokenTenant}.`);
}

function certificateOf(
  found: FoundDestination,
  { configurations }: TokenRetrievalContext,
): X509Certificate | undefined {
  const content = findKeyStore(found, configurations)?.properties.Content;
  return content === undefined
    ? undefined
    : new X509Certificate(Buffer.from(String(content), "base64"));
}

function goodItem(
  { token }: IssuedToken,
  tokenResponse: Readonly<Record<string, unknown>>,
  { tenant }: FoundDestination,
): AuthToken {
  return {
    type: "Bearer",
    value: token,
    expires_in: tenant.settings.authTokens.expiresIn ?? String(tokenResponse.expires_in),
    http_header: { key: "Authorization", value: `Bearer ${token}` },
    ...(tokenResponse.scope !== undefined && { scope: String(tokenResponse.scope) }),
  };
}

function failure(error: string): RetrievedTokens {
  return { items: [errorItem(error)], issued: undefined };
}

function errorItem(error: string): AuthToken {
  return { type: "", value: "", error, expires_in: "0" };
}
