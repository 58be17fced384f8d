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
  const { tokens, keys, clock, defaultAudience, tokenLifetimeMs } = options;
  return async (decision, { client, certificate }) => {
    const { subject, act, targets, notAfter, type } = decision;
    const lifetimeMs = Math.min(
      tokenLifetimeMs(),
      type === tokenTypes.idJag ? idJagLifetimeMs : Infinity,
    );
    const expiresAt = Math.min(clock.now() + lifetimeMs, notAfter);
    if (isAccessTokenType(type)) {
      return tokens.issue({
        ...{ subject, clientId: client.clientId, scope: targets.scope, expiresAt, format: "jwt" },
        audience: oneOrMany(targets.names) ?? defaultAudience,
        x5tS256:
          client.certificateBoundTokens && certificate
            ? certificateThumbprint(certificate.raw)
            : undefined,
        claims: { ...(act !== undefined && { act }) },
      });
    }
    const isIdJag = type === tokenTypes.idJag;
    const own = isIdJag ? idJagClaims(decision, client) : idTokenClaims(decision, client);
    const claims: JWTPayload = {
      ...{ iss: options.issuer, sub: subject, ...own, ...(act !== undefined && { act }) },
      iat: numericDate(clock.now()),
      exp: numericDate(expiresAt),
      jti: randomUUID(),
    };
    return { token: await keys.sign(claims, isIdJag ? idJagTyp : "JWT"), claims };
  };
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

/** A claim with one value is no list. */
function oneOrMany(values: readonly string[]): string | string[] | undefined {
  return values.length > 1 ? [...values] : values[0];
}
