import {
  type AccessToken,
  type Clock,
  systemClock,
  TokenError,
  type TokenSource,
} from "@agent-oauth/core";
import {
  checkOptions,
  identityDigest,
  type OptionNames,
  pickOptions,
  textOption,
} from "@agent-oauth/core/internal";
import {
  ENVIRONMENT_OPTIONS,
  type EnvironmentOptions,
  environmentVariable,
} from "../environment/read-environment.ts";
import { checkCall, foundToken, tokenFromText } from "./token-text.ts";

const OPTIONS: OptionNames<EnvironmentTokenSourceOptions> = { env: true, clock: true };

/**
 * Yields the token that an environment variable holds, read on each call. The expiry is the `exp` of a JWT; that of any
 * other token is not known.
 *
 * The source supports no field of a request. Its `getToken` throws `TokenError` with `ERR_TOKEN_SOURCE_UNAVAILABLE`
 * (not set), `ERR_TOKEN_CONFIG` (blank), `ERR_TOKEN_CREDENTIAL` (expired, not a token) or `ERR_TOKEN_REJECTED`
 * (the variable still holds the refused token).
 *
 * @example
 * ```ts
 * const source = environmentTokenSource("AGENT_TOKEN");
 * const { token } = await source.getToken();
 * ```
 * @throws TypeError if `variable` is blank, or naming an option that is unknown.
 */
export function environmentTokenSource(
  variable: string,
  options: EnvironmentTokenSourceOptions = {},
): TokenSource<AccessToken> {
  const doing = "read a token";
  textOption(variable, { option: "variable", doing });
  checkOptions(options, { doing, names: OPTIONS });
  const { clock = systemClock } = options;
  const environment = pickOptions<EnvironmentOptions>(options, ENVIRONMENT_OPTIONS);
  const holder = `environment variable ${variable}`;
  return {
    identity: identityDigest("environment", variable),
    sharing: "a variable of this name may hold another token in another process",
    async getToken(request, getOptions = {}) {
      checkCall(holder, { request, options: getOptions });
      getOptions.signal?.throwIfAborted();
      const text = environmentVariable(variable, environment);
      if (text === undefined) {
        throw new TokenError(
          "ERR_TOKEN_SOURCE_UNAVAILABLE",
          `Cannot read ${holder}: it is not set`,
        );
      }
      return foundToken(tokenFromText(text, holder), { holder, clock }, getOptions);
    },
  };
}

/** Options of {@link environmentTokenSource}. */
export interface EnvironmentTokenSourceOptions extends EnvironmentOptions {
  /** Default: the machine's. */
  readonly clock?: Clock;
}
