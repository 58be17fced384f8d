import { type Clock, systemClock } from "@agent-oauth/core";
import {
  checkOptions,
  identityDigest,
  numberOption,
  type OptionNames,
  shownName,
  textOption,
} from "@agent-oauth/core/internal";
import { modifyAssertion, PrivateKeyJwt } from "oauth4webapi";
import type { ClientAuthentication } from "./client-authentication.ts";
import { type PrivateKeyInput, withParsedJwk } from "./private-key.ts";
import { jwkMember, signingKey } from "./signing-key.ts";

const NAMES: OptionNames<PrivateKeyJwtOptions> = {
  key: true,
  alg: true,
  keyId: true,
  lifetimeMs: true,
  audience: true,
  clock: true,
};

/**
 * Sends an assertion signed with the client's private key. Each try of each request has one of its own, with an
 * identifier of its own, and expires soon.
 *
 * @example
 * ```ts
 * const clientAuthentication = privateKeyJwt({ key: readFileSync("client-key.pem", "utf8"), keyId: "2026-01" });
 * ```
 * @throws TokenError `ERR_TOKEN_CREDENTIAL` if the key cannot be used.
 * @throws TypeError or RangeError naming the option that is wrong.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7523#section-2.2 RFC 7523 §2.2 and §3}
 */
export function privateKeyJwt(options: PrivateKeyJwtOptions): ClientAuthentication {
  checkOptions(options, { doing: DOING, names: NAMES, required: true });
  const { audience = "issuer", clock = systemClock } = options;
  const input = withParsedJwk(options.key);
  const { key, alg, digest, sharing } = signingKey(input, optionalText("alg", options.alg));
  const keyId = optionalText("keyId", options.keyId ?? jwkMember(input, "kid"));
  const lifetimeSeconds = seconds(options.lifetimeMs);
  textOption(audience, { option: "audience", doing: DOING });
  return Object.freeze({
    method: "private_key_jwt",
    secretDigest: identityDigest(digest, keyId),
    ...(sharing !== undefined && { sharing }),
    addressesIssuer: audience === "issuer",
    refusalAdvice: () =>
      `check "clientId", that the server has the key's public half${keyId === undefined ? "" : ' under "keyId"'}, and the option "audience", which is ${shownName(audience)}: servers want "issuer" or "tokenEndpoint"`,
    authenticate: (...request: Parameters<ClientAuthentication["authenticate"]>) => {
      const [server] = request;
      const sign = PrivateKeyJwt(
        { key, ...(keyId !== undefined && { kid: keyId }) },
        {
          [modifyAssertion](header, claims) {
            const now = Math.floor(clock.now() / 1000);
            Object.assign(header, { alg });
            Object.assign(claims, { iat: now, exp: now + lifetimeSeconds });
            // A server whose clock is a little behind would refuse what is not valid yet.
            delete claims.nbf;
            if (audience === "tokenEndpoint") claims.aud = server.token_endpoint;
            else if (audience !== "issuer") claims.aud = audience;
          },
        },
      );
      return sign(...request);
    },
  });
}

/** How {@link privateKeyJwt} signs. */
export interface PrivateKeyJwtOptions {
  /**
   * The client's private key: PEM text (PKCS #8, not encrypted; its line breaks may be escaped or spaces), a JWK, also as
   * JSON text, or a `CryptoKey` with the usage "sign".
   */
  readonly key: PrivateKeyInput;
  /** JWS algorithm. Default the JWK's own, else RS256, ES256, ES384, ES512 or EdDSA, as fits the key; a `CryptoKey` is for one algorithm. */
  readonly alg?: string;
  /** The name of the key at the authorization server (`kid`). Default the JWK's own, else none is sent. */
  readonly keyId?: string;
  /** How long an assertion is good for, in milliseconds, at most an hour. Default 60 000. */
  readonly lifetimeMs?: number;
  /**
   * Whom assertions are for: the server's `"issuer"`, its `"tokenEndpoint"`, or any other text as it is. Where only the
   * token endpoint is known, it stands for the issuer. An issuer that metadata names, and no option, must be at the origin
   * of the metadata. Default `"issuer"`.
   */
  readonly audience?: "issuer" | "tokenEndpoint" | (string & {});
  /** Default the machine's. */
  readonly clock?: Clock;
}

const DOING = "authenticate the client";
const DEFAULT_LIFETIME_MS = 60_000;
const MAX_LIFETIME_MS = 3_600_000;

function optionalText(option: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : textOption(value, { option, doing: DOING });
}

/** Whole seconds, as the claims have them. */
function seconds(lifetimeMs: unknown = DEFAULT_LIFETIME_MS): number {
  const rule = { option: "lifetimeMs", doing: DOING, min: 1_000, max: MAX_LIFETIME_MS };
  return Math.floor(numberOption(lifetimeMs, rule) / 1_000);
}
