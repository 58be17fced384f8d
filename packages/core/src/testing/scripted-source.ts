import type { Clock } from "../time/clock.ts";
import {
  type AccessToken,
  type AccessTokenInit,
  createAccessToken,
} from "../token/access-token.ts";
import { normalizeTokenRequest } from "../token/token-request.ts";
import type { GetTokenOptions, TokenRequest, TokenSource } from "../token/token-source.ts";

/** One call of a {@link ScriptedSource}, as it was made. */
export interface ScriptedCall {
  readonly request: TokenRequest | undefined;
  readonly options: GetTokenOptions | undefined;
}

/** How a {@link ScriptedSource} begins; everything but the clock can be changed later. */
export interface ScriptedSourceOptions {
  /** What lifetimes are counted on. */
  readonly clock: Clock;
  /** Default `"scripted"`. */
  readonly identity?: string;
  /** How long tokens last from the call on, in milliseconds. Default 3 600 000. */
  readonly lifetimeMs?: number;
}

/**
 * A token source that does as a test says. Without a script it yields `token-1`, `token-2`, … What a call will
 * answer is settled when it is made; holding only delays the answer.
 */
export interface ScriptedSource extends TokenSource {
  /** Every call so far, oldest first. */
  readonly calls: readonly ScriptedCall[];
  /** How many calls are held. */
  readonly waiting: number;
  /** Assign to it to change the credential. */
  identity: string | undefined;
  /** How long tokens last from the call on, in milliseconds; `undefined`: they do not say. */
  lifetimeMs: number | undefined;
  /** Whether a call that names a refused token is answered with that very token. Default `false`. */
  ignoresRejected: boolean;
  /** What every call without a scripted outcome fails with; `undefined`: none does. */
  failure: unknown;
  /** Scripts the next calls to fail, one error each, behind what is scripted already. */
  failNext(...errors: readonly unknown[]): void;
  /** Scripts the next calls to yield these tokens, behind what is scripted already; a string gets the lifetime. */
  answerNext(...tokens: readonly (string | AccessTokenInit)[]): void;
  /** Holds every call from now on, until released or aborted by its signal. */
  hold(): void;
  /** Lets the call that was held first go; later ones are still held. */
  releaseOne(): void;
  /** Lets all held calls go and holds no more. */
  release(): void;
}

/** Makes a scripted source. */
export function createScriptedSource(options: ScriptedSourceOptions): ScriptedSource {
  return new Scripted(options);
}

type Outcome = { readonly token: AccessToken } | { readonly error: unknown };

class Scripted implements ScriptedSource {
  readonly calls: ScriptedCall[] = [];
  identity: string | undefined;
  lifetimeMs: number | undefined;
  ignoresRejected = false;
  failure: unknown;
  readonly #clock: Clock;
  /** Outcomes are made only when a call takes them: their lifetime begins then. */
  readonly #script: (() => Outcome)[] = [];
  readonly #held = new Set<() => void>();
  #holding = false;
  #made = 0;

  constructor({ clock, identity = "scripted", lifetimeMs = 3_600_000 }: ScriptedSourceOptions) {
    this.#clock = clock;
    this.identity = identity;
    this.lifetimeMs = lifetimeMs;
  }

  get waiting(): number {
    return this.#held.size;
  }

  async getToken(request?: TokenRequest, options?: GetTokenOptions): Promise<AccessToken> {
    options?.signal?.throwIfAborted();
    normalizeTokenRequest(request);
    this.calls.push({ request, options });
    const outcome = this.#outcome(options?.rejected);
    if (this.#holding) await this.#wait(options?.signal);
    if ("error" in outcome) throw outcome.error;
    return outcome.token;
  }

  failNext(...errors: readonly unknown[]): void {
    this.#script.push(...errors.map((error) => () => ({ error })));
  }

  answerNext(...tokens: readonly (string | AccessTokenInit)[]): void {
    this.#script.push(...tokens.map((token) => () => ({ token: this.#token(token) })));
  }

  hold(): void {
    this.#holding = true;
  }

  releaseOne(): void {
    for (const release of this.#held) {
      release();
      return;
    }
  }

  release(): void {
    this.#holding = false;
    for (const release of this.#held) release();
  }

  #outcome(rejected: AccessToken | undefined): Outcome {
    const scripted = this.#script.shift();
    if (scripted !== undefined) return scripted();
    if (this.failure !== undefined) return { error: this.failure };
    const again = this.ignoresRejected ? rejected?.token : undefined;
    return { token: this.#token(again ?? `token-${++this.#made}`) };
  }

  #token(token: string | AccessTokenInit): AccessToken {
    if (typeof token !== "string") return createAccessToken(token);
    const { lifetimeMs } = this;
    const expiresAt = lifetimeMs === undefined ? undefined : this.#clock.now() + lifetimeMs;
    return createAccessToken({ token, expiresAt });
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const release = () => {
        this.#held.delete(release);
        signal?.removeEventListener("abort", abort);
        resolve();
      };
      const abort = () => {
        this.#held.delete(release);
        reject(signal?.reason);
      };
      this.#held.add(release);
      signal?.addEventListener("abort", abort, { once: true });
    });
  }
}
