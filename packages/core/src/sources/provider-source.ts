import { providerError } from "../errors/provider-error.ts";
import { TokenError } from "../errors/token-error.ts";
import { emit } from "../events/emit.ts";
import type { LifetimeSkippedEvent } from "../events/token-event.ts";
import { MAX_TIMER_MS, numberOption, textOption } from "../options/option-values.ts";
import { systemClock } from "../time/clock.ts";
import { withinDeadline } from "../time/deadline.ts";
import type { AccessToken } from "../token/access-token.ts";
import { normalizeTokenRequest } from "../token/token-request.ts";
import type { GetTokenOptions, TokenRequest, TokenSource } from "../token/token-source.ts";
import { isMissingToken, readProvidedToken } from "./provided-token.ts";
import type { FromTokenProviderOptions, TokenProvider } from "./token-provider.ts";

const DEFAULT_TIMEOUT_MS = 60_000;

/** Calls a user's function for each token, and waits for it until the time limit. */
export class ProviderSource implements TokenSource {
  readonly identity: string | undefined;
  readonly sharing: true | string;
  readonly #provider: TokenProvider<undefined | null>;
  readonly #settings: Required<Pick<FromTokenProviderOptions, "clock" | "timeoutMs" | "optional">>;
  readonly #onEvent: FromTokenProviderOptions["onEvent"];

  /** @throws TypeError | RangeError naming the option that is of a wrong type or out of range. */
  constructor(provider: TokenProvider<undefined | null>, options: FromTokenProviderOptions) {
    const { identity, timeoutMs = DEFAULT_TIMEOUT_MS, clock = systemClock, optional } = options;
    const doing = "create a token source";
    if (identity !== undefined) textOption(identity, { option: "identity", doing });
    numberOption(timeoutMs, { option: "timeoutMs", doing, min: 1, max: MAX_TIMER_MS });
    if (optional !== undefined && typeof optional !== "boolean") {
      throw new TypeError('Cannot create a token source: "optional" must be a boolean');
    }
    this.identity = identity;
    // A name that the caller chose means what the caller says; without one nobody can tell two providers apart.
    this.sharing = identity !== undefined || 'the token provider has no "identity"';
    this.#provider = provider;
    this.#onEvent = options.onEvent;
    this.#settings = { clock, timeoutMs, optional: optional === true };
  }

  async getToken(request?: TokenRequest, options: GetTokenOptions = {}): Promise<AccessToken> {
    const { clock, optional } = this.#settings;
    const asked = normalizeTokenRequest(request);
    const sentAt = clock.now();
    const response = await this.#ask(asked, options);
    if (optional && isMissingToken(response)) throw unavailable();
    try {
      const onSkipped = (field: LifetimeSkippedEvent["field"]) =>
        emit(this.#onEvent, {
          type: "lifetime-skipped",
          field,
          identity: this.identity,
          at: clock.now(),
        });
      return readProvidedToken(response, { sentAt, answeredAt: clock.now(), onSkipped });
    } catch (error) {
      throw providerError(error, {
        who: "reading what the token provider returned",
        now: clock.now(),
      });
    }
  }

  #ask(request: TokenRequest, { signal, rejected }: GetTokenOptions): Promise<unknown> {
    const { timeoutMs, clock } = this.#settings;
    const deadline = {
      timeoutMs,
      clock,
      timeoutReason: () => tooLate(timeoutMs),
      signals: [signal],
    };
    return withinDeadline(deadline, async (deadline) => {
      const call = { signal: deadline.signal, ...(rejected && { rejected }) };
      try {
        return await this.#provider(request, call);
      } catch (error) {
        // A TypeError is wrapped too: `fetch` throws one when the network fails, and quotes a header that it cannot send.
        throw providerError(error, { who: "the token provider", now: clock.now() });
      }
    });
  }
}

function tooLate(timeoutMs: number): TokenError {
  return new TokenError(
    "ERR_TOKEN_PROVIDER",
    `Cannot get a token: the token provider did not respond within ${timeoutMs} ms; the option "timeoutMs" sets the limit`,
    { retryable: true },
  );
}

function unavailable(): TokenError {
  return new TokenError(
    "ERR_TOKEN_SOURCE_UNAVAILABLE",
    "Cannot get a token: the token provider returned no token for this request",
  );
}
