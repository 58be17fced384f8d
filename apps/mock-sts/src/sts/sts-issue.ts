import { randomUUID } from "node:crypto";
import type { JWTPayload } from "jose";
import type { Client } from "../clients/clients.ts";
import { ID_JAG_LIFETIME_MS, ID_JAG_TYP } from "../grants/id-jag.ts";
import { REFRESH_LIFETIME_MS, type RefreshTokens } from "../grants/refresh-tokens.ts";
import type { StsDecision } from "../grants/sts-grant.ts";
import type { Form } from "../oauth/form.ts";
import { isAccessTokenType, TOKEN_TYPES } from "../oauth/token-types.ts";
import { type Clock, numericDate } from "../time/clock.ts";
import type { AccessTokens, IssuedToken, TokenFormat } from "../tokens/access-tokens.ts";
import type { Confirmation } from "../tokens/confirmation.ts";

interface Requester {
  readonly client: Client;
  readonly confirmation: Confirmation | undefined;
  readonly form: Form;
  readonly format: TokenFormat;
}

/** The tokens that a decision led to. */
export interface StsIssued extends IssuedToken {
  readonly refreshToken?: string;
}

/** Makes the token that a decision allows. */
export type StsIssue = (decision: StsDecision, requester: Requester) => Promise<StsIssued>;

/** Creates the function that makes tokens: access tokens, refresh tokens, id tokens and ID-JAGs. */
export function createStsIssue(options: StsIssueOptions): StsIssue {
  return async (decision, requester) => {
    const refreshToken = issueRefreshToken(decision, requester, options);
    if (decision.type === TOKEN_TYPES.refreshToken) {
      return { token: refreshToken ?? "", claims: refreshClaims(decision, requester, options) };
    }
    const issued = isAccessTokenType(decision.type)
      ? await issueAccessToken(decision, requester, options)
      : await signOtherToken(decision, requester, options);
    return { ...issued, ...(refreshToken !== undefined && { refreshToken }) };
  };
}

/** The parts of an issuer that tokens are made with. */
export interface StsIssueOptions {
  readonly tokens: AccessTokens;
  /** Absent if the issuer issues none. */
  readonly refreshTokens: RefreshTokens | undefined;
  readonly clock: Clock;
  /** Audience of access tokens without a target. */
  readonly defaultAudience: string;
  /** Lifetime of the tokens issued now, in milliseconds. */
  readonly tokenLifetimeMs: () => number;
}

function issueRefreshToken(
  { refresh }: StsDecision,
  { client: { clientId }, confirmation, form }: Requester,
  { refreshTokens }: StsIssueOptions,
): string | undefined {
  if (refresh === undefined) return undefined;
  const grant = { clientId, confirmation, decision: refresh };
  return refreshTokens?.issue(grant, form.get("refresh_token"));
}

/** A refresh token has no claims; these are the claims for the record. */
function refreshClaims(
  { subject }: StsDecision,
  { client }: Requester,
  { tokens, clock }: StsIssueOptions,
): JWTPayload {
  const now = clock.now();
  const times = { iat: numericDate(now), exp: numericDate(now + REFRESH_LIFETIME_MS) };
  return { iss: tokens.issuer, sub: subject, client_id: client.clientId, ...times };
}

function issueAccessToken(
  { subject, act, targets, notAfter }: StsDecision,
  { client: { clientId, claims }, confirmation, format }: Requester,
  { tokens, clock, defaultAudience, tokenLifetimeMs }: StsIssueOptions,
): Promise<IssuedToken> {
  return tokens.issue({
    subject,
    clientId,
    confirmation,
    format,
    scope: targets.scope,
    audience: oneOrMany(targets.names) ?? defaultAudience,
    expiresAt: Math.min(clock.now() + tokenLifetimeMs(), notAfter),
    claims: { ...claims, ...actorClaim(act) },
  });
}

async function signOtherToken(
  decision: StsDecision,
  { client }: Requester,
  { tokens, clock, tokenLifetimeMs }: StsIssueOptions,
): Promise<IssuedToken> {
  const { issuer, keys } = tokens;
  const { subject, act, notAfter, type } = decision;
  const isIdJag = type === TOKEN_TYPES.idJag;
  const now = clock.now();
  const lifetimeMs = isIdJag ? Math.min(ID_JAG_LIFETIME_MS, tokenLifetimeMs()) : tokenLifetimeMs();
  const claims: JWTPayload = {
    ...(isIdJag ? idJagClaims(decision, client) : idTokenClaims(decision, client)),
    iss: issuer,
    sub: subject,
    ...actorClaim(act),
    iat: numericDate(now),
    exp: numericDate(Math.min(now + lifetimeMs, notAfter)),
    jti: randomUUID(),
  };
  return { token: await keys.sign(claims, isIdJag ? ID_JAG_TYP : "JWT"), claims };
}

function idTokenClaims({ targets }: StsDecision, { clientId }: Client): JWTPayload {
  return { aud: oneOrMany(targets.names) ?? clientId, azp: clientId };
}

function idJagClaims({ targets }: StsDecision, { clientId }: Client): JWTPayload {
  const { names, resources, scope } = targets;
  const resource = oneOrMany(resources);
  return {
    aud: names[0] ?? "",
    client_id: clientId,
    ...(resource !== undefined && { resource }),
    ...(scope.length > 0 && { scope: scope.join(" ") }),
  };
}

function actorClaim(act: StsDecision["act"]): JWTPayload {
  return act === undefined ? {} : { act };
}

/** A claim with one value is not a list. */
function oneOrMany(values: readonly string[]): string | string[] | undefined {
  return values.length > 1 ? [...values] : values[0];
}
