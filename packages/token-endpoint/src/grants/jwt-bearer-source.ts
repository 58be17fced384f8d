import { TokenError, type TokenSource } from "@agent-oauth/core";
import { type OptionNames, refuseOtherThanToken } from "@agent-oauth/core/internal";
import type { TokenEndpoint } from "../request/token-endpoint.ts";
import {
  checkGrantSourceOptions,
  GRANT_SOURCE_OPTIONS,
  type GrantSourceOptions,
  grantSource,
} from "./grant-source.ts";

const NAMES: OptionNames<JwtBearerSourceOptions> = {
  ...GRANT_SOURCE_OPTIONS,
  assertionReusable: true,
};

/**
 * Makes a source of tokens for users: each request's `subjectToken` is the assertion.
 *
 * Its requests support `subjectToken`, `principal` (which is not sent), `audience`, `resource` and `scope`; every other
 * field is refused with a TypeError, and so is a subject token that is no token by its structure. Without `subjectToken` a call fails with `ERR_TOKEN_SUBJECT_REQUIRED`.
 *
 * @example
 * ```ts
 * const source = jwtBearerSource(endpoint, { parameters: { token_format: "jwt" } });
 * const { token } = await source.getToken({ subjectToken: userToken });
 * ```
 * @throws TypeError if an option is unknown, or a parameter is blank, reserved or repeated.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7523#section-2.1 RFC 7523 §2.1}
 */
export function jwtBearerSource(
  endpoint: TokenEndpoint,
  options: JwtBearerSourceOptions = {},
): TokenSource {
  checkGrantSourceOptions(options, NAMES);
  const { assertionReusable = false, ...others } = options;
  if (typeof assertionReusable !== "boolean") {
    throw new TypeError('Cannot create a token source: "assertionReusable" must be a boolean');
  }
  return grantSource({
    ...others,
    endpoint,
    grantType: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    fields: ["subjectToken", "principal"],
    reserved: ["assertion"],
    own: ({ subjectToken: assertion }) => {
      if (assertion === undefined) {
        throw new TokenError(
          "ERR_TOKEN_SUBJECT_REQUIRED",
          'Cannot get a token for a user: "subjectToken" is missing',
        );
      }
      refuseOtherThanToken(assertion);
      return { assertion };
    },
    send: ({ signal, ...grant }) =>
      endpoint.request(
        { ...grant, idempotent: assertionReusable, checkAudience: true },
        { signal },
      ),
  });
}

/** How a {@link jwtBearerSource} asks. */
export interface JwtBearerSourceOptions extends GrantSourceOptions {
  /**
   * Whether the server takes one assertion several times, so that a request that may have been processed can be
   * sent again. Default false.
   */
  readonly assertionReusable?: boolean;
}
