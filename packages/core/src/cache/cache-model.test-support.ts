import { TokenError } from "../errors/token-error.ts";
import type { AccessToken } from "../token/access-token.ts";
import type { TokenRequest } from "../token/token-source.ts";

/** One request as the source saw it. Places in the order of everything that happens are called `at`. */
export interface SentRequest {
  readonly key: string;
  readonly tenant: string | undefined;
  readonly identity: number;
  readonly at: number;
  readonly rejected: AccessToken | undefined;
}

/** A token, with the request it was issued for. */
interface IssuedToken {
  readonly sent: SentRequest;
  /** When it really ends, whatever the clocks say. */
  readonly trueEnd: number;
  /** When the source gave it out. */
  readonly at: number;
  /** When the first caller had it: from then on it is a cached token. */
  deliveredAt: number;
}

/** What a caller asked for, and when. */
export interface ModelCall {
  readonly key: string;
  readonly tenant: string | undefined;
  readonly identity: number;
  readonly at: number;
  readonly rejected: AccessToken | undefined;
  readonly goneBefore: boolean;
}

/** A wall clock that is put back by less than this goes unnoticed; guarantee 5 allows a second. */
const CLOCK_TOLERANCE_MS = 100;

/** What the callers of a cache may see: every answer is held against what was issued, refused and forgotten before. */
export class CacheModel {
  readonly #issued = new Map<string, IssuedToken>();
  readonly #errors = new Map<unknown, SentRequest>();
  readonly #forgotten: { readonly at: number; readonly covers: (key: string) => boolean }[] = [];
  /** When the source was asked for another token in place of one that a server refused. */
  readonly #refused = new Map<string, number>();
  readonly #running = new Map<string, number>();
  #order = 0;
  /** The first thing that was wrong. */
  fault: Error | undefined;

  /** The next place in the order of everything. */
  next(): number {
    return ++this.#order;
  }

  began(key: string): void {
    const running = (this.#running.get(key) ?? 0) + 1;
    this.#running.set(key, running);
    if (running > 1) this.wrong(`${running} requests at a time for ${key}`);
  }

  ended({ key }: SentRequest): void {
    this.#running.set(key, (this.#running.get(key) ?? 0) - 1);
  }

  /** The source is asked for another token: from now on the refused one is out of the cache. */
  sent({ rejected, at }: SentRequest): void {
    if (rejected !== undefined && !this.#refused.has(rejected.token)) {
      this.#refused.set(rejected.token, at);
    }
  }

  /** The source has no other token: the refused one is still good for servers that take it. */
  keptRefused({ rejected }: SentRequest): void {
    if (rejected !== undefined) this.#refused.delete(rejected.token);
  }

  issued(token: string, sent: SentRequest, trueEnd: number): void {
    this.#issued.set(token, { sent, trueEnd, at: this.next(), deliveredAt: Infinity });
  }

  /** The source answers with the token that it was told is refused. */
  issuedAgain({ token }: AccessToken, sent: SentRequest): void {
    const issued = this.#issued.get(token);
    if (issued !== undefined)
      this.#issued.set(token, { ...issued, sent, at: this.next(), deliveredAt: Infinity });
    this.keptRefused(sent);
  }

  failed(error: unknown, sent: SentRequest): void {
    this.#errors.set(error, sent);
    // What a cache shows of a foreign error is a copy with its name.
    if (error instanceof Error && error.name.startsWith("Unknown"))
      this.#errors.set(error.name, sent);
  }

  forgot(covers: (key: string) => boolean): void {
    this.#forgotten.push({ at: this.next(), covers });
  }

  wrong(what: string): void {
    this.fault ??= new Error(`The cache is wrong: ${what}`);
  }

  answered({ token }: AccessToken, call: ModelCall, trueTime: number): void {
    const issued = this.#issued.get(token);
    if (issued === undefined) {
      this.wrong("a token that nobody issued");
      return;
    }
    const { sent } = issued;
    if (call.goneBefore) this.wrong("an answer for a caller who had gone before");
    if (sent.key !== call.key) this.wrong(`a token for ${sent.key} went to ${call.key}`);
    if (sent.identity < call.identity) this.wrong("a token of an older identity");
    if (issued.deliveredAt < call.at && trueTime > issued.trueEnd + CLOCK_TOLERANCE_MS) {
      this.wrong(`a token dead for ${trueTime - issued.trueEnd} ms`);
    }
    this.#verifyNotRefused(token, issued, call);
    const forgotten = this.#forgotten.some(
      ({ at, covers }) => sent.at < at && at < call.at && covers(call.key),
    );
    if (forgotten) this.wrong("a token from before it was to be forgotten");
    issued.deliveredAt = Math.min(issued.deliveredAt, this.next());
  }

  rejected(error: unknown, { key, tenant }: ModelCall): void {
    const copied = TokenError.isInstance(error) && error.code === "ERR_TOKEN_PROVIDER";
    const origin = this.#errors.get(copied ? (error.cause as Error).name : error);
    if (origin !== undefined) {
      if (origin.key !== key) this.wrong("an error of another key");
      return;
    }
    if (!TokenError.isInstance(error)) {
      this.wrong(`an error from nowhere: ${error}`);
      return;
    }
    if (error.code === "ERR_TOKEN_REJECTED") return;
    // The endpoint has recovered, and there were too many to be let through in time.
    if (error.code === "ERR_TOKEN_TIMEOUT" && error.cause === undefined) return;
    const cause = this.#errors.get(error.cause);
    if (cause === undefined || cause.tenant !== tenant || !error.retryable) {
      this.wrong(`an error without a request: ${error}`);
    }
  }

  /** Since when a token is out of the cache because a server refused it. */
  #refusedAt(token: string): number {
    return this.#refused.get(token) ?? Infinity;
  }

  #verifyNotRefused(token: string, { sent, at }: IssuedToken, call: ModelCall): void {
    if (this.#refusedAt(token) < call.at) this.wrong("a token refused before");
    if (call.rejected === undefined) return;
    if (token === call.rejected.token) this.wrong("the very token that was refused");
    // A request that begins after the call knows of the refusal, also where it names another refused token first.
    const refusedAt = Math.min(this.#refusedAt(call.rejected.token), call.at);
    const underWay = sent.at < refusedAt && at > call.at;
    if (underWay && sent.rejected?.token !== call.rejected.token) {
      this.wrong("the answer of a request begun before the rejection");
    }
  }
}

/** The model's own idea of what two requests must have in common. */
export function modelKey({ subjectToken, principal, tenant, ...lists }: TokenRequest): string {
  const set = (list: readonly string[] = []) => [...new Set(list)].sort();
  return JSON.stringify([
    subjectToken?.replace(/^Bearer /, "") ?? null,
    principal ?? null,
    tenant ?? null,
    set(lists.audience),
    set(lists.resource),
    set(lists.scope),
  ]);
}
