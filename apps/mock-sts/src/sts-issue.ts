import { randomUUID, type X509Certificate } from "node:crypto";
import type { JWTPayload } from "jose";
import type { AccessTokens, IssuedToken } from "./access-tokens.ts";
import type { Client } from "./clients.ts";
import { type Clock, numericDate } from "./clock.ts";
import { certificateThumbprint } from "./fingerprint.ts";
import { idJagLifetimeMs, idJagTyp } from "./id-jag.ts";
import type { SigningKeys } from "./signing-keys.ts";
import type { StsDecision } from "./sts-grant.ts";
import { isAccessTokenType, tokenTypes } from "./token-types.ts";

/** What tokens are made with. */
export interface StsIssueOptions {
  readonly issuer: string;
  readonly tokens: AccessTokens;
  readonly keys: SigningKeys;
  readonly clock: Clock;
  /** Audience of access tokens without a target. */
  readonly defaultAudience: string;
  /** Lifetime of the tokens issued now, in milliseconds. */
  readonly tokenLifetimeMs: () => number;
}

interface Requester {
  readonly client: Client;
  readonly certificate: X509Certificate | undefined;
}

/** Makes the token a decision allows. */
export type StsIssue = (decision: StsDecision, requester: Requester) => Promise<IssuedToken>;

/** Creates the function that makes tokens: access tokens, id tokens and ID-JAGs. */
export function createStsIssue(options: StsIssueOptions): StsIssue {
  return (decision, requester) =>
    isAccessTokenType(decision.type)
      ? issueAccessToken(decision, requester, options)
      : signOtherToken(decision, requester, options);
}

function issueAccessToken(
  { subject, act, targets, notAfter }: StsDecision,
  { client, certificate }: Requester,
  { tokens, clock, defaultAudience, tokenLifetimeMs }: StsIssueOptions,
): Promise<IssuedToken> {
  const isBound = client.certificateBoundTokens && certificate !== undefined;
  return tokens.issue({
    ...{ subject, clientId: client.clientId, scope: targets.scope, format: "jwt" },
    audience: oneOrMany(targets.names) ?? defaultAudience,
    expiresAt: Math.min(clock.now() + tokenLifetimeMs(), notAfter),
    x5tS256: isBound ? certificateThumbprint(certificate.raw) : undefined,
    claims: actorClaim(act),
  });
}

async function signOtherToken(
  decision: StsDecision,
  { client }: Requester,
  { issuer, keys, clock, tokenLifetimeMs }: StsIssueOptions,
): Promise<IssuedToken> {
  const { subject, act, notAfter, type } = decision;
  const isIdJag = type === tokenTypes.idJag;
  const now = clock.now();
  const lifetimeMs = isIdJag ? Math.min(idJagLifetimeMs, tokenLifetimeMs()) : tokenLifetimeMs();
  const claims: JWTPayload = {
    ...(isIdJag ? idJagClaims(decision, client) : idTokenClaims(decision, client)),
    ...{ iss: issuer, sub: subject, ...actorClaim(act) },
    iat: numericDate(now),
    exp: numericDate(Math.min(now + lifetimeMs, notAfter)),
    jti: randomUUID(),
  };
  return { token: await keys.sign(claims, isIdJag ? idJagTyp : "JWT"), claims };
}

function idTokenClaims({ targets }: StsDecision, { clientId }: Client): JWTPayload {
  return { aud: oneOrMany(targets.names) ?? clientId, azp: clientId };
}

function idJagClaims({ targets }: StsDecision, { clientId }: Client): JWTPayload {
  const { names, resources, scope } = targets;
  const resource = oneOrMany(resources);
  return {
    ...{ aud: names[0] ?? "", client_id: clientId },
    ...(resource !== undefined && { resource }),
    ...(scope.length > 0 && { scope: scope.join(" ") }),
  };
}

function actorClaim(act: StsDecision["act"]): JWTPayload {
  return act === undefined ? {} : { act };
}

/** A claim with one value is no list. */
function oneOrMany(values: readonly string[]): string | string[] | undefined {
  return values.length > 1 ? [...values] : values[0];
}
