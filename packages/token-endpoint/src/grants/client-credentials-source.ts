import { TokenError, type TokenSource } from "@agent-oauth/core";
import type { TokenEndpoint } from "../request/token-endpoint.ts";
import { checkGrantSourceOptions, type GrantSourceOptions, grantSource } from "./grant-source.ts";

/**
 * Makes a source of tokens that the client gets for itself.
 *
 * Its requests support `audience`, `resource` and `scope`. A `subjectToken` is refused with
 * `ERR_TOKEN_SUBJECT_NOT_ALLOWED`, every other field with a TypeError. If the server ignores the audience, the endpoint's
 * `onEvent` gets `audience-mismatch`.
 *
 * @example
 * ```ts
 * const source = clientCredentialsSource(endpoint, { parameters: { resource: "urn:example:gateway" } });
 * const { token } = await source.getToken();
 * ```
 * @throws TypeError if an option is unknown, or a parameter is blank, reserved or repeated.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.4 RFC 6749 §4.4}
 */
export function clientCredentialsSource(
  endpoint: TokenEndpoint,
  options: GrantSourceOptions = {},
): TokenSource {
  checkGrantSourceOptions(options);
  return grantSource({
    ...options,
    endpoint,
    grantType: "client_credentials",
    fields: ["subjectToken"],
    reserved: ["assertion"],
    own: ({ subjectToken }) => {
      if (subjectToken === undefined) return {};
      throw new TokenError(
        "ERR_TOKEN_SUBJECT_NOT_ALLOWED",
        'Cannot get a token for the client itself: "subjectToken" is given; ask a source of user tokens',
      );
    },
    send: ({ signal, ...grant }) =>
      endpoint.request({ ...grant, idempotent: true, checkAudience: true }, { signal }),
  });
}
