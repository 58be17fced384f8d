import { checkOptions, type OptionNames } from "../options/known-members.ts";
import type { Clock } from "../time/clock.ts";
import {
  type AccessToken,
  type AccessTokenInit,
  createAccessToken,
} from "../token/access-token.ts";
import { normalizeTokenRequest } from "../token/token-request.ts";
import type { GetTokenOptions, TokenRequest, TokenSource } from "../token/token-source.ts";

/** The arguments of one call of a {@link ScriptedSource}. */
export interface ScriptedCall {
  readonly request: TokenRequest | undefined;
  readonly options: GetTokenOptions | undefined;
}

/** The initial state of a {@link ScriptedSource}. Everything except the clock can be changed later. */
export interface ScriptedSourceOptions {
  /** The clock for the lifetimes. */
  readonly clock: Clock;
  /** Default `"scripted"`. */
  readonly identity?: string;
  /** How long tokens last from the call on, in milliseconds. Default 3 600 000. */
  readonly lifetimeMs?: number;
}

/**
 * A token source that a test controls. Without a script it yields `token-1`, `token-2`, … The outcome of a call is fixed when the
 * call is made; `hold` only delays it.
 */
export interface ScriptedSource extends TokenSource {
  /** Every call so far, oldest first. */
  readonly calls: readonly ScriptedCall[];
  /** The number of held calls. */
  readonly waiting: number;
  /** The identity. Assign another value to simulate a changed credential. */
  identity: string | undefined;
  /** How long tokens last from the call on, in milliseconds; with `undefined` tokens have no expiry. */
  lifetimeMs: number | undefined;
  /** Whether a call that names a refused token gets the same token again. Default `false`. */
  ignoresRejected: boolean;
  /** The error of every call without a scripted outcome; with `undefined` these calls succeed. */
  failure: unknown;
  /** Adds one failing call to the script for each error. */
  failNext(...errors: readonly unknown[]): void;
  /** Adds one successful call to the script for each token. A string gets the lifetime `lifetimeMs`. */
  answerNext(...tokens: readonly (string | AccessTokenInit)[]): void;
  /** Holds every later call until it is released or its signal is aborted. */
  hold(): void;
  /** Releases the oldest held call. The other calls stay held. */
  releaseOne(): void;
  /** Releases all held calls and stops holding. */
  release(): void;
}

/**
 * Makes a scripted source.
 *
 * @throws TypeError naming the option that is missing, unknown or of a wrong type.
 */
export function createScriptedSource(options: ScriptedSourceOptions): ScriptedSource {
  checkOptions(options, { doing: DOING, names: NAMES, required: true });
  if (typeof options.clock?.now !== "function") {
    throw new TypeError(
      `Cannot ${DOING}: "clock" must be a clock, such as that of createFakeClock`,
    );
  }
  return new Scripted(options);
}

const DOING = "create a scripted source";

const NAMES: OptionNames<ScriptedSourceOptions> = { clock: true, identity: true, lifetimeMs: true };

type Outcome = { readonly token: AccessToken } | { readonly error: unknown };

class Scripted implements ScriptedSource {
  readonly calls: ScriptedCall[] = [];
  identity: string | undefined;
  lifetimeMs: number | undefined;
  ignoresRejected = false;
  failure: unknown;
  readonly #clock: Clock;
  /** Functions that create the outcomes. A call creates its outcome, so the token's lifetime begins at the call. */
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
