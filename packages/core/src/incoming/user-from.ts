import { checkOptions, type OptionNames } from "../options/known-members.ts";
import { functionOption, numberOption } from "../options/option-values.ts";
import { type ChallengeOptions, checkedChallenge } from "./bearer-challenge.ts";
import { type BearerCredentials, bearerCredentials } from "./bearer-credentials.ts";
import type { IncomingRequest } from "./incoming-request.ts";
import { UnauthorizedError } from "./unauthorized-error.ts";
import { principalOf, type VerifiedClaims } from "./verified-claims.ts";

/** The user who sent a request. Its members are those of a token request. */
export interface IncomingUser {
  /** The access token that the request carried, which stands for the user in a token exchange. It is not verified. */
  readonly subjectToken: string;
  /** The user's stable name, of the issuer and the subject in claims that the application verified. */
  readonly principal?: string;
}

/** Options of {@link userFrom}. */
export interface UserFromOptions<R extends IncomingRequest = IncomingRequest> {
  /**
   * Returns the claims of the request's token that the application has verified, such as `request.auth.payload`. A request without
   * them is then refused. Default: nothing is known of the user but the token, and there is no `principal`.
   */
  readonly claims?: (request: R) => VerifiedClaims | undefined;
  /** What a refused request is told beside the reason. Default `{ realm: "agent" }`. */
  readonly challenge?: ChallengeOptions;
  /** The maximum length of a token, in characters. Default 16 384. */
  readonly maxTokenLength?: number;
}

/**
 * Reads from the Authorization header of an incoming request on whose behalf it is made. Verify the token before, or let the
 * authorization server of a token exchange do so: this function only reads.
 *
 * The error that it throws becomes the right response by itself in Express, Fastify and Hono. For handlers of the kind
 * `(request: Request) => Response` there is `withUser`.
 *
 * @param request a `Request` or Node's `IncomingMessage`, so also that of Express, Fastify, Hono (`context.req.raw`) and Next.
 * @example
 * ```ts
 * app.post("/chat", async (request, response) => {
 *   const user = userFrom(request, { claims: ({ auth }) => auth?.payload });
 *   response.json(await users.run(user, () => agent.answer(request.body)));
 * });
 * ```
 * @throws UnauthorizedError with status 401 if there is no usable token or nobody verified it; with 400 if there are several.
 * @throws TypeError | RangeError if an option is unknown or wrong, or if the first argument is no request.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1 RFC 6750 §2.1}
 */
export function userFrom<R extends IncomingRequest>(
  request: R,
  options?: UserFromOptions<R>,
): IncomingUser {
  return userReader(options)(request);
}

/** Checks the options once, and returns what {@link userFrom} does with each request. It throws the same errors. */
export function userReader<R extends IncomingRequest>(
  options: UserFromOptions<R> = {},
): (request: R) => IncomingUser {
  checkOptions(options, { doing: DOING, names: NAMES });
  const { claims, maxTokenLength = 16_384 } = options;
  functionOption(claims, { option: "claims", doing: DOING });
  const whole = { min: 1, max: 2 ** 20, whole: true };
  numberOption(maxTokenLength, { option: "maxTokenLength", doing: DOING, ...whole });
  const challenge = checkedChallenge(options.challenge, DOING);
  return (request) => {
    const credentials = bearerCredentials(request, { maxTokenLength, doing: DOING });
    const subjectToken = tokenOf(credentials, challenge);
    if (claims === undefined) return Object.freeze({ subjectToken });
    const principal = principalOf(claims(request), subjectToken);
    if (typeof principal === "string") return Object.freeze({ subjectToken, principal });
    throw new UnauthorizedError({ ...principal, challenge });
  };
}

const DOING = "read the user of a request";

const NAMES: OptionNames<UserFromOptions> = {
  claims: true,
  challenge: true,
  maxTokenLength: true,
};

function tokenOf(credentials: BearerCredentials, challenge: ChallengeOptions): string {
  if (credentials.token !== undefined) return credentials.token;
  throw new UnauthorizedError({ ...credentials.refusal, challenge });
}
