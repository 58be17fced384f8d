import { type AccessToken, createAccessToken } from "./access-token.ts";
import { type Clock, systemClock } from "./clock.ts";
import { redactedCause } from "./error-cause.ts";
import { resolveExpiresAt } from "./expires-at.ts";
import { TokenError } from "./token-error.ts";
import { bareToken, normalizeTokenRequest } from "./token-request.ts";
import type { GetTokenOptions, TokenRequest, TokenSource } from "./token-source.ts";

/** What a token provider returns. */
export interface ProvidedToken {
  /** The raw token; a leading "Bearer " is dropped. */
  readonly token: string;
  /** When it ends, in epoch milliseconds. */
  readonly expiresAt?: number;
  /** How long it lasts from the call on, in seconds as on the wire (RFC 6749 §5.1). Without either the token's `exp` counts. */
  readonly expiresIn?: number;
}

/** A user's own way to get a token for a request. */
export type TokenProvider = (
  request: TokenRequest,
  options: Pick<GetTokenOptions, "signal" | "rejected">,
) => Promise<ProvidedToken>;

/** How {@link fromTokenProvider} works. */
export interface FromTokenProviderOptions {
  /** Changes when the provider's credential does; digests only. Default `undefined`: it never changes. */
  readonly identity?: string;
  /** Default: the machine's clocks. */
  readonly clock?: Clock;
}

/**
 * Turns a callable into a token source. Nothing is cached here: decorate it with `cachingTokenSource`.
 * What the callable throws becomes `ERR_TOKEN_PROVIDER`; a `TokenError` and an abort pass as they are.
 *
 * @example
 * ```ts
 * const source = cachingTokenSource(
 *   fromTokenProvider(async ({ subjectToken, audience }) => {
 *     const { access_token, expires_in } = await exchange(subjectToken, audience);
 *     return { token: access_token, expiresIn: expires_in };
 *   }),
 * );
 * ```
 * @throws TypeError if `provider` is not a function.
 */
export function fromTokenProvider(
  provider: TokenProvider,
  { identity, clock = systemClock }: FromTokenProviderOptions = {},
): TokenSource {
  if (typeof provider !== "function") {
    throw new TypeError('Cannot create a token source: "provider" must be a function');
  }
  return {
    identity,
    async getToken(request, options = {}) {
      const { signal, rejected } = options;
      signal?.throwIfAborted();
      const asked = normalizeTokenRequest(request);
      const sentAt = clock.now();
      const passed = { ...(signal && { signal }), ...(rejected && { rejected }) };
      try {
        return accessToken(await provider(asked, passed), sentAt);
      } catch (error) {
        throw providerError(error, signal);
      }
    },
  };
}

function accessToken(provided: ProvidedToken, sentAt: number): AccessToken {
  if (typeof provided?.token !== "string" || provided.token.trim() === "") {
    throw new TokenError(
      "ERR_TOKEN_PROVIDER",
      'Cannot use the provided token: the provider must return { token } with a non-empty string as "token"',
    );
  }
  const token = bareToken(provided.token);
  const wire = { expires_in: provided.expiresIn, access_token: token };
  const { expiresAt: stated } = provided;
  const expiresAt = Number.isFinite(stated) ? stated : resolveExpiresAt(wire, { sentAt });
  return createAccessToken({ token, expiresAt });
}

function providerError(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true && error === signal.reason) return error;
  // Not a TypeError: fetch says so what is wrong with the network, and quotes the header it cannot send.
  if (TokenError.isInstance(error)) return error;
  return new TokenError("ERR_TOKEN_PROVIDER", "Cannot get a token: the token provider failed", {
    cause: redactedCause(error),
  });
}
