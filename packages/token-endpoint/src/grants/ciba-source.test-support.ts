import { TokenError, type TokenSource } from "@agent-oauth/core";
import type { OptionNames } from "@agent-oauth/core/internal";
import { z } from "zod";
import type { TokenEndpoint } from "../request/token-endpoint.ts";
import {
  checkGrantSourceOptions,
  GRANT_SOURCE_OPTIONS,
  type GrantSourceOptions,
  grantSource,
} from "./grant-source.ts";

const NAMES: OptionNames<CibaSourceOptions> = {
  ...GRANT_SOURCE_OPTIONS,
  requestedLifetimeMs: true,
};

/** Numbers of the wire are seconds (CIBA §7.3). */
const acknowledgement = z.object({
  auth_req_id: z.string().min(1),
  expires_in: z.number().positive(),
  interval: z.number().positive().default(5),
});

/**
 * Makes a source of tokens that a user approves on a device of their own: each request's `subjectToken` is the hint that says
 * who the user is. It is the grant of two steps by which the tests prove that such a grant needs one file only.
 *
 * Its requests support `subjectToken`, `principal` (which is not sent), `audience`, `resource` and `scope`; every other field
 * is refused with a TypeError. Without `subjectToken` a call fails with `ERR_TOKEN_SUBJECT_REQUIRED`.
 *
 * @throws TypeError if an option is unknown, or a parameter is blank, reserved or repeated.
 * @see {@link https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#auth_request CIBA §7 and §10}
 */
export function cibaSource(endpoint: TokenEndpoint, options: CibaSourceOptions = {}): TokenSource {
  checkGrantSourceOptions(options, NAMES);
  const { requestedLifetimeMs, ...others } = options;
  const requested_expiry =
    requestedLifetimeMs === undefined ? undefined : String(Math.ceil(requestedLifetimeMs / 1_000));
  return grantSource({
    ...others,
    endpoint,
    grantType: "urn:openid:params:grant-type:ciba",
    fields: ["subjectToken", "principal"],
    reserved: ["login_hint_token", "requested_expiry", "auth_req_id"],
    own: ({ subjectToken: login_hint_token }) => {
      if (login_hint_token !== undefined) return { login_hint_token, requested_expiry };
      throw new TokenError(
        "ERR_TOKEN_SUBJECT_REQUIRED",
        'Cannot get a token for a user: "subjectToken" is missing',
      );
    },
    send: async ({ grantType, parameters, requestedScope, signal }) => {
      const { auth_req_id, expires_in, interval } = await endpoint.post(
        {
          endpoint: "backchannel_authentication_endpoint",
          parameters,
          // The user would be asked twice.
          idempotent: false,
          response: acknowledgement,
        },
        { signal },
      );
      return endpoint.poll(
        {
          grantType,
          parameters: { auth_req_id },
          requestedScope,
          lifetimeMs: expires_in * 1_000,
          intervalMs: interval * 1_000,
        },
        { signal },
      );
    },
  });
}

/** How a {@link cibaSource} asks. */
export interface CibaSourceOptions extends GrantSourceOptions {
  /** How long a user may take to decide, in milliseconds. Default: the server's choice. */
  readonly requestedLifetimeMs?: number;
}
