import { redactedCause } from "../errors/error-cause.ts";
import { foreignMember } from "../errors/foreign-error.ts";
import { isNetworkFault } from "../errors/network-fault.ts";
import { TokenError } from "../errors/token-error.ts";
import { kindOf } from "../options/plain-object.ts";
import { systemClock } from "../time/clock.ts";
import { untilAborted } from "../time/until-aborted.ts";
import type { AccessToken } from "../token/access-token.ts";
import { normalizeTokenRequest } from "../token/token-request.ts";
import type { GetTokenOptions, TokenRequest, TokenSource } from "../token/token-source.ts";
import type { FromTokenProviderOptions, TokenProvider } from "./from-token-provider.ts";
import { isNoToken, readProvidedToken } from "./provided-token.ts";

const DEFAULT_TIMEOUT_MS = 60_000;
/** What a timer can count to. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Asks a user's function for each token, and waits no longer for it than it was told to. */
export class ProviderSource implements TokenSource {
  readonly identity: string | undefined;
  readonly #provider: TokenProvider<undefined | null>;
  readonly #settings: Required<Pick<FromTokenProviderOptions, "clock" | "timeoutMs" | "optional">>;

  /** @throws TypeError | RangeError naming the option that is of a wrong type or out of range. */
  constructor(provider: TokenProvider<undefined | null>, options: FromTokenProviderOptions) {
    const { identity, timeoutMs = DEFAULT_TIMEOUT_MS, clock = systemClock, optional } = options;
    if (identity !== undefined && (typeof identity !== "string" || identity.trim() === "")) {
      throw new TypeError(
        'Cannot create a token source: "identity" must be a string that is not blank',
      );
    }
    if (typeof timeoutMs !== "number") {
      throw new TypeError(
        `Cannot create a token source: "timeoutMs" must be a number, not ${typeof timeoutMs}`,
      );
    }
    if (!(timeoutMs >= 1 && timeoutMs <= MAX_TIMEOUT_MS)) {
      throw new RangeError(
        `Cannot create a token source: "timeoutMs" must be a number from 1 to ${MAX_TIMEOUT_MS}, not ${timeoutMs}`,
      );
    }
    if (optional !== undefined && typeof optional !== "boolean") {
      throw new TypeError('Cannot create a token source: "optional" must be a boolean');
    }
    this.identity = identity;
    this.#provider = provider;
    this.#settings = { clock, timeoutMs, optional: optional === true };
  }

  async getToken(request?: TokenRequest, options: GetTokenOptions = {}): Promise<AccessToken> {
    const { clock, optional } = this.#settings;
    const asked = normalizeTokenRequest(request);
    const sentAt = clock.now();
    const answer = await this.#ask(asked, options);
    if (optional && isNoToken(answer)) throw unavailable();
    return readProvidedToken(answer, { sentAt, answeredAt: clock.now() });
  }

  async #ask(request: TokenRequest, { signal, rejected }: GetTokenOptions): Promise<unknown> {
    signal?.throwIfAborted();
    const { timeoutMs } = this.#settings;
    const ending = new AbortController();
    const follow = () => ending.abort(signal?.reason);
    signal?.addEventListener("abort", follow, { once: true });
    const timer = setTimeout(() => ending.abort(tooLate(timeoutMs)), timeoutMs);
    timer.unref?.(); // A process that has nothing else to do may end.
    const call = { signal: ending.signal, ...(rejected && { rejected }) };
    try {
      return await untilAborted(Promise.resolve(this.#provider(request, call)), ending.signal);
    } catch (error) {
      throw ending.signal.aborted ? ending.signal.reason : providerError(error);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", follow);
    }
  }
}

function providerError(error: unknown): TokenError {
  // Not a TypeError: fetch says so what is wrong with the network, and quotes the header it cannot send.
  if (TokenError.isInstance(error)) return error;
  const cause = redactedCause(error);
  const retryable = foreignMember(error, "retryable");
  const retryAfterMs = foreignMember(error, "retryAfterMs");
  return new TokenError(
    "ERR_TOKEN_PROVIDER",
    `Cannot get a token: the token provider threw ${cause?.name ?? kindOf(error)}`,
    {
      cause,
      retryable: typeof retryable === "boolean" ? retryable : isNetworkFault(error),
      ...(isDuration(retryAfterMs) && { retryAfterMs }),
    },
  );
}

function isDuration(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function tooLate(timeoutMs: number): TokenError {
  return new TokenError(
    "ERR_TOKEN_PROVIDER",
    `Cannot get a token: the token provider did not answer within ${timeoutMs} ms; the option "timeoutMs" sets the limit`,
    { retryable: true },
  );
}

function unavailable(): TokenError {
  return new TokenError(
    "ERR_TOKEN_SOURCE_UNAVAILABLE",
    "Cannot get a token: the token provider has none for this request",
  );
}
