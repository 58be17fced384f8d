import { isRegisteredErrorCode } from "../errors/oauth-error-codes.ts";
import { TokenError } from "../errors/token-error.ts";
import { kindOf } from "../options/plain-object.ts";
import { type AccessToken, createAccessToken, tokenViolation } from "../token/access-token.ts";
import { fitsHeader, isBearerType, withoutBearer } from "../token/bearer-scheme.ts";
import { earliest, type ResolveExpiresAtOptions, resolveExpiresAt } from "../token/expires-at.ts";
import { keptSecretType } from "../token/kept-secret-type.ts";
import { foundInsteadOfToken } from "../token/token-structure.ts";

/** A token and its expiry. If the expiry is absent and the token is a JWT, the token's own `exp` counts. */
export interface ProvidedToken {
  /** The raw token; a leading "Bearer " is dropped. */
  readonly token: string;
  /** When the token expires, in epoch milliseconds. */
  readonly expiresAt?: number;
  /** The lifetime from the call on, in seconds as on the wire (RFC 6749 §5.1). */
  readonly expiresIn?: number;
}

/** The response of a token endpoint, as it is (RFC 6749 §5.1). All other members are ignored. */
export interface RawTokenResponse {
  readonly access_token: string;
  /** Must be `Bearer` or `BearerToken`, in any letter case, if it is there. */
  readonly token_type?: string;
  /** Must not name a kind that no API may get, such as a refresh token or a SAML assertion. */
  readonly issued_token_type?: string;
  readonly expires_in?: number | string;
}

/** When a provider was called and when it returned, in epoch milliseconds. */
export interface ProviderCall {
  readonly sentAt: number;
  readonly answeredAt: number;
  /** Called with each claim about the lifetime that is unusable. */
  readonly onSkipped?: ResolveExpiresAtOptions["onSkipped"];
}

/**
 * Reads the value that a token provider returned.
 *
 * @throws TokenError `ERR_TOKEN_PROVIDER` if the value is not a usable token. The message says what kind of value it is.
 */
export function readProvidedToken(
  response: unknown,
  { sentAt, answeredAt, onSkipped }: ProviderCall,
): AccessToken {
  const { text, expiresAt: stated, expiresIn } = members(response);
  const token = withoutBearer(text);
  if (token === "") throw unusable("an empty token");
  const found = foundInsteadOfToken(token);
  if (found !== undefined) throw unusable(`${found}, not a token`);
  const violation = tokenViolation({ token });
  if (violation !== undefined) throw unusable(`a token where ${violation}`);
  if (!fitsHeader(token)) throw unusable("a token with characters that no header can carry");
  if (stated !== undefined && stated !== null && typeof stated !== "number") {
    throw unusable(`a token whose "expiresAt" is ${kindOf(stated)}, not a number`);
  }
  const claims = { expires_in: expiresIn, access_token: token };
  const own = typeof stated === "number" && Number.isFinite(stated) ? stated : undefined;
  const expiresAt = earliest(
    own,
    resolveExpiresAt(claims, { sentAt, ...(onSkipped && { onSkipped }) }),
  );
  if (expiresAt !== undefined && expiresAt <= answeredAt) {
    throw unusable(
      `a token that expired ${answeredAt - expiresAt} ms ago ("expiresAt" is in milliseconds, "expiresIn" in seconds)`,
    );
  }
  return createAccessToken({ token, expiresAt });
}

/** Tells whether a provider returned no token: `undefined`, `null`, or a string without a token in it. */
export function isMissingToken(response: unknown): boolean {
  if (typeof response === "string") return withoutBearer(response) === "";
  return response === undefined || response === null;
}

function members(response: unknown): { text: string; expiresAt?: unknown; expiresIn?: unknown } {
  if (typeof response === "string") return { text: response };
  if (typeof response !== "object" || response === null) throw unusable(kindOf(response));
  checkNoError(response);
  checkKind(response);
  const { token, expiresAt, expiresIn } = providedMembers(response);
  if (typeof token === "string") return { text: token, expiresAt, expiresIn };
  const what = token === undefined ? 'without a "token"' : `whose "token" is ${kindOf(token)}`;
  throw unusable(`${kindOf(response)} ${what}`);
}

/**
 * Refuses the error response of a token endpoint by its code, so that it is not taken for a token that is missing.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 §5.2}
 */
function checkNoError(response: object): void {
  const { error, token, access_token } = response as Readonly<Record<string, unknown>>;
  if (token !== undefined || access_token !== undefined || error == null) return;
  // A code that is not registered may be anything, a secret too.
  if (typeof error !== "string" || !isRegisteredErrorCode(error)) {
    throw unusable("an error response");
  }
  throw new TokenError(
    "ERR_TOKEN_PROVIDER",
    `Cannot use what the token provider returned: the token endpoint answered ${error}`,
    { oauthError: error, retryable: TEMPORARY.has(error) },
  );
}

const TEMPORARY: ReadonlySet<string> = new Set([
  "server_error",
  "slow_down",
  "temporarily_unavailable",
]);

/** Refuses what no API may get, be it in a token response or in an access token of another source. */
function checkKind(response: object): void {
  const { token_type, issued_token_type, tokenType, issuedTokenType } = response as Readonly<
    Record<string, unknown>
  >;
  const kind = keptSecretType(issued_token_type ?? issuedTokenType);
  if (kind !== undefined) throw unusable(`a ${kind}, which an API must not get`);
  const [name, type] = token_type == null ? ["tokenType", tokenType] : ["token_type", token_type];
  if (type != null && !isBearerType(String(type))) {
    throw unusable(`a token whose ${JSON.stringify(name)} is not "Bearer"`);
  }
}

/** Takes the members of a raw token response where ours are absent. */
function providedMembers(response: object): { [M in keyof ProvidedToken]?: unknown } {
  const given = response as { [M in keyof (ProvidedToken & RawTokenResponse)]?: unknown };
  const { token, access_token, expires_in } = given;
  if (token !== undefined || access_token === undefined) return given;
  const { expiresAt, expiresIn = expires_in } = given;
  return { token: access_token, expiresAt, expiresIn };
}

function unusable(what: string): TokenError {
  return new TokenError(
    "ERR_TOKEN_PROVIDER",
    `Cannot use what the token provider returned: ${what}; it must return a token, { token, expiresAt | expiresIn }, or a token response with "access_token"`,
  );
}
