import { createFakeClock } from "../testing/fake-clock.ts";
import { type AccessToken, createAccessToken } from "../token/access-token.ts";
import type { GetTokenOptions, TokenRequest } from "../token/token-source.ts";
import type { BoundTokenSource } from "./bound-token-source.ts";
import { CacheModel, modelKey, type SentRequest } from "./cache-model.test-support.ts";
import { ERRORS } from "./cache-world-errors.test-support.ts";
import { type CachingTokenSource, cachingTokenSource } from "./caching-token-source.ts";

/** How a request that is on its way ends. */
export type Outcome =
  | { readonly kind: "token"; readonly lifetimeMs: number; readonly foreign: boolean }
  | { readonly kind: "same-token" }
  | { readonly kind: keyof typeof ERRORS };

/** How large the cache may grow. */
export interface Limits {
  readonly maxEntries: number;
  readonly maxSubjectEntries: number;
}

interface PendingRequest extends SentRequest {
  readonly settle: (outcome: Outcome) => void;
}

/** Asked for in order that the cache looks at its clocks. */
const NOBODY = { audience: ["nobody"] };
/** Those that refuse tokens; one does not give its name. */
const SERVERS = ["https://a.example/mcp", "https://a.example/other", undefined];
const ABORTED = new Error("the caller went away");

/** A cache between random callers and a source whose answers come when the world says so, watched by a model. */
export class World {
  readonly #limits: Limits;
  readonly #clock = createFakeClock();
  readonly #model = new CacheModel();
  readonly #pending = new Set<PendingRequest>();
  readonly #callers: AbortController[] = [];
  readonly #bound = new Map<string, BoundTokenSource>();
  readonly #lastAnswers = new Map<string, AccessToken>();
  readonly #cache: CachingTokenSource;
  #identity = 0;
  #trueTime = 0;
  /** When the last pass of time began: it is one step, in which timers hand out tokens that reach their callers after it. */
  #beforePass = -1;
  #waiting = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
    const identity = () => `identity-${this.#identity}`;
    const source = {
      get identity() {
        return identity();
      },
      getToken: (request: TokenRequest = {}, options: GetTokenOptions = {}) =>
        request.audience?.[0] === "nobody"
          ? Promise.reject(new TypeError("nobody"))
          : this.#send(request, options),
    };
    this.#cache = cachingTokenSource(source, { ...limits, clock: this.#clock });
  }

  /** A call through the cache, or through a handle that lives as long as the world. */
  call(
    request: TokenRequest,
    how: { bound: boolean; refuse: boolean; goneBefore: boolean; minValidityMs: number },
  ): void {
    const { bound, goneBefore, minValidityMs } = how;
    const key = modelKey(request);
    const rejected = how.refuse ? this.#lastAnswers.get(key) : undefined;
    const call = { ...this.#call(request), rejected, goneBefore };
    const calledAt = this.#trueTime;
    const abort = new AbortController();
    if (goneBefore) abort.abort(ABORTED);
    // Without options a hit takes the fast path.
    const plain = rejected === undefined && minValidityMs === 0 && !goneBefore;
    const rejectedBy = SERVERS[call.at % SERVERS.length];
    const rejection = rejected && { rejected, ...(rejectedBy && { rejectedBy }) };
    const options = { signal: abort.signal, minValidityMs, ...rejection };
    const source = bound ? this.#handle(request) : this.#unbound(request);
    this.#callers.push(abort);
    this.#waiting++;
    const ended = source.getToken(plain ? undefined : options).then(
      (token) => {
        this.#model.answered(token, call, this.#handedOutAt(calledAt));
        this.#lastAnswers.set(key, token);
      },
      (error: unknown) => {
        if (error !== ABORTED) this.#model.rejected(error, call);
        else if (!abort.signal.aborted) this.#model.wrong("an abort of somebody else");
      },
    );
    ended.finally(() => this.#waiting--);
  }

  /** A synchronous look. */
  peek(request: TokenRequest, bound: boolean): void {
    const call = this.#call(request);
    const token = bound ? this.#handle(request).peek() : this.#cache.peek(request);
    if (token !== undefined) this.#model.answered(token, call, this.#trueTime);
  }

  abort(index: number): void {
    this.#callers[index % this.#callers.length]?.abort(ABORTED);
  }

  settle(index: number, outcome: Outcome): void {
    [...this.#pending][index % this.#pending.size]?.settle(outcome);
  }

  pass(ms: number): void {
    this.#beforePass = this.#trueTime;
    this.#trueTime += ms;
    this.#clock.advance(ms);
  }

  /** The machine sleeps: the monotonic clock stands still. */
  sleep(ms: number): void {
    this.#trueTime += ms;
    this.#clock.step(ms);
    this.#lookAtClocks();
  }

  /** The wall clock is put right, or wrong. */
  step(ms: number): void {
    this.#clock.step(ms);
    this.#lookAtClocks();
  }

  /** The wall clock stands still while time passes. */
  stall(ms: number): void {
    this.pass(ms);
    this.step(-ms);
  }

  rotate(): void {
    this.#identity++;
  }

  forget(request: TokenRequest, by: "key" | "subject" | "principal" | "all"): void {
    const { subjectToken, principal } = request;
    const key = modelKey(request);
    const shares = (position: number) => (other: string) =>
      JSON.parse(other)[position] === JSON.parse(key)[position];
    if (by === "all") {
      this.#cache.clear();
      this.#model.forgot(() => true);
    } else if (by === "subject" && subjectToken !== undefined) {
      this.#cache.evict({ subjectToken });
      this.#model.forgot(shares(0));
    } else if (by === "principal" && principal !== undefined) {
      this.#cache.evict({ principal });
      this.#model.forgot(shares(1));
    } else {
      this.#cache.invalidate(request);
      this.#model.forgot((other) => other === key);
    }
  }

  /** Throws the first thing that was wrong so far. */
  check(): void {
    const { entries, subjectEntries } = this.#cache.stats();
    const { maxEntries, maxSubjectEntries } = this.#limits;
    if (entries > maxEntries) this.#model.wrong(`${entries} system entries`);
    if (subjectEntries > maxSubjectEntries) this.#model.wrong(`${subjectEntries} subject entries`);
    if (this.#model.fault !== undefined) throw this.#model.fault;
  }

  /** Lets every request end; all calls must have ended then. */
  async finish(): Promise<void> {
    for (let round = 0; round < 100 && !(await this.#isQuiet()); round++) {
      this.pass(1_000); // Some may wait for a probe.
      for (const { settle } of this.#pending) {
        settle({ kind: "token", lifetimeMs: 60_000, foreign: false });
      }
    }
    if (!(await this.#isQuiet())) this.#model.wrong("a call never ends");
    this.check();
  }

  async #isQuiet(): Promise<boolean> {
    await new Promise((resolve) => setImmediate(resolve));
    return this.#waiting === 0 && this.#pending.size === 0;
  }

  /** The earliest true time at which a call may have been answered. */
  #handedOutAt(calledAt: number): number {
    return calledAt <= this.#beforePass ? this.#beforePass : this.#trueTime;
  }

  #call(request: TokenRequest) {
    const { tenant } = request;
    const [key, at] = [modelKey(request), this.#model.next()];
    return { key, tenant, at, identity: this.#identity, rejected: undefined, goneBefore: false };
  }

  #handle(request: TokenRequest): BoundTokenSource {
    const key = modelKey(request);
    const handle = this.#bound.get(key) ?? this.#cache.bind(request);
    this.#bound.set(key, handle);
    return handle;
  }

  #unbound(request: TokenRequest): Pick<BoundTokenSource, "getToken"> {
    return { getToken: (options) => this.#cache.getToken(request, options) };
  }

  /** A sleep and a step that cancel each other out between two looks could be noticed by nobody. */
  #lookAtClocks(): void {
    this.#cache.getToken(NOBODY).catch(() => {});
  }

  #send(request: TokenRequest, { rejected }: GetTokenOptions): Promise<AccessToken> {
    const key = modelKey(request);
    this.#model.began(key);
    const sent = { key, tenant: request.tenant, identity: this.#identity, rejected };
    const [at, wall, trueTime] = [this.#model.next(), this.#clock.now(), this.#trueTime];
    this.#model.sent({ ...sent, at });
    return new Promise((resolve, reject) => {
      const settle = (outcome: Outcome) => {
        this.#pending.delete(pending);
        this.#model.ended(pending);
        const result = this.#result(pending, outcome, { wall, trueTime });
        if (result instanceof Error) reject(result);
        else resolve(result);
      };
      const pending = { ...sent, at, settle };
      this.#pending.add(pending);
    });
  }

  #result(
    sent: SentRequest,
    outcome: Outcome,
    start: { wall: number; trueTime: number },
  ): AccessToken | Error {
    if (outcome.kind !== "token" && outcome.kind !== "same-token") {
      const error = ERRORS[outcome.kind](this.#model.next());
      this.#model.failed(error, sent);
      // Only what the authorization server says of the user is about the token.
      if (outcome.kind !== "oauth") this.#model.keptRefused(sent);
      return error;
    }
    if (outcome.kind === "same-token" && sent.rejected !== undefined) {
      this.#model.issuedAgain(sent.rejected, sent);
      return sent.rejected;
    }
    const { lifetimeMs, foreign } = { lifetimeMs: 60_000, foreign: false, ...outcome };
    const token = `token-${this.#model.next()}`;
    this.#model.issued(token, sent, start.trueTime + lifetimeMs);
    const init = { token, tokenType: "Bearer", expiresAt: start.wall + lifetimeMs } as const;
    return foreign ? init : createAccessToken(init);
  }
}
