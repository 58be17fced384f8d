import { type AccessToken, createAccessToken, resolveExpiresAt } from "@agent-oauth/core";
import { z } from "zod";
import type { HttpResponse } from "../http/http-attempt.ts";
import { readBySchema } from "./json-response.ts";
import { supportedType, type TokenTypeContext } from "./token-type.ts";

// Servers write null for what is absent, and whatever else they add is ignored (RFC 6749 §5.1).
const text = z.string().nullish();
const tokenResponse = z.object({
  // Anything else cannot be sent in a header (RFC 6750 §2.1), nor can what is longer.
  access_token: z
    .string()
    .max(65_536)
    .regex(/^[\x21-\x7e]+$/),
  token_type: z.string(),
  // These only inform: in another form than theirs they are absent, and cost no good token.
  scope: z.unknown().optional(),
  issued_token_type: text.transform((type) => type?.trim() || undefined).catch(undefined),
  id_token: text.catch(undefined),
  expires_in: z.unknown().optional(),
  expires_at: z.unknown().optional(),
});

/**
 * Reads the body of a successful token response.
 *
 * @throws TokenError `ERR_TOKEN_RESPONSE` or `ERR_TOKEN_TYPE_UNSUPPORTED`, which shows nothing of the body.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.1 RFC 6749 §5.1}
 */
export function parseTokenResponse(body: object, context: TokenResponseContext): AccessToken {
  const { sentAt, requestedScope, thumbprint, onSkippedLifetime } = context;
  const response = readBySchema(body, { schema: tokenResponse, response: context });
  const { access_token, issued_token_type, id_token, ...others } = response;
  const scope = grantedScope(others.scope) ?? requestedScope;
  const expiresAt = resolveExpiresAt(
    { ...others, access_token, id_token: id_token ?? undefined },
    { sentAt, ...(onSkippedLifetime && { onSkipped: onSkippedLifetime }) },
  );
  return createAccessToken({
    token: access_token,
    tokenType: supportedType(response, context),
    expiresAt,
    ...(scope.length > 0 && { scope: Object.freeze([...scope]) }),
    ...(issued_token_type != null && { issuedTokenType: issued_token_type }),
    ...(thumbprint !== undefined && { confirmation: Object.freeze({ x5tS256: thumbprint }) }),
  });
}

/** What a token response is read with. */
export interface TokenResponseContext
  extends TokenTypeContext,
    Pick<HttpResponse, "status" | "sentAt" | "thumbprint"> {
  /** What was asked for: what was granted if the response does not say. */
  readonly requestedScope: readonly string[];
  readonly onSkippedLifetime: Parameters<typeof resolveExpiresAt>[1]["onSkipped"];
}

/** A text as RFC 6749 §5.1 has it, or a list as some servers write it; `undefined` if it is neither. */
function grantedScope(scope: unknown): readonly string[] | undefined {
  if (typeof scope === "string") return scopeList(scope);
  const isList = Array.isArray(scope) && scope.every((name) => typeof name === "string");
  return isList ? scope.flatMap(scopeList) : undefined;
}

/** Splits a list of scopes (RFC 6749 §3.3). */
export function scopeList(scope: string): readonly string[] {
  return scope.split(" ").filter((name) => name !== "");
}
