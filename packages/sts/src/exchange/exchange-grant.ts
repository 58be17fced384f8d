import type { TokenRequest } from "@agent-oauth/core";
import type { TokenGrant } from "@agent-oauth/token-endpoint";
import type { ExchangeSettings } from "./sts-options.ts";

/** The tokens and the target of one exchange. */
export interface Exchange {
  readonly subjectToken: string;
  readonly actor: { readonly token: string; readonly tokenType: string } | undefined;
  readonly target: Pick<TokenRequest, "audience" | "resource" | "scope">;
}

/**
 * Makes the grant of an exchange, in the dialect of the STS.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-2.1 RFC 8693 §2.1}, {@link https://www.rfc-editor.org/rfc/rfc7523#section-2.1 RFC 7523 §2.1}
 */
export function exchangeGrant(
  { subjectToken, actor, target }: Exchange,
  settings: ExchangeSettings,
): TokenGrant {
  const { dialect, subjectTokenType, requestedTokenType, parameters, idempotent } = settings;
  const { audience, resource, scope } = target;
  const common = { ...parameters, audience, resource, scope: scope?.join(" ") };
  if (dialect === "jwt-bearer") {
    return {
      grantType: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      parameters: { ...common, assertion: subjectToken },
      idempotent,
    };
  }
  return {
    grantType: "urn:ietf:params:oauth:grant-type:token-exchange",
    parameters: {
      ...common,
      subject_token: subjectToken,
      subject_token_type: subjectTokenType,
      actor_token: actor?.token,
      actor_token_type: actor?.tokenType,
      requested_token_type: requestedTokenType,
    },
    idempotent,
  };
}
