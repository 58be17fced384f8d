import type { AccessToken } from "./access-token.ts";
import { bearerHeader } from "./bearer-header.ts";
import type { BoundTokenSource } from "./bound-token-source.ts";
import { type CachingTokenSource, cachingTokenSource } from "./caching-token-source.ts";
import { checkCapacity, RecentMap } from "./recent-map.ts";
import { TokenError } from "./token-error.ts";
import { normalizeTokenRequest } from "./token-request.ts";
import type { GetTokenOptions, TokenRequest, TokenSource } from "./token-source.ts";

/** A tool, as an agent calls it. */
export interface ToolCall {
  /** The name of its MCP server; a tool without one is none of MCP and needs no token. */
  readonly server?: string | undefined;
  readonly name: string;
}

/** On whose behalf a run of an agent acts. */
export interface ToolRun {
  readonly subjectToken: string;
  /** The caller's stable name for the subject, as in a token request. */
  readonly principal?: string | undefined;
}

/** How {@link toolTokens} resolves audiences, and how much it keeps. */
export interface ToolTokensOptions {
  /** For whom a token must be that a tool is called with: the tool's own audience, else its server's; none if `undefined` or empty. */
  readonly audienceOf: (
    tool: ToolCall & { readonly server: string },
  ) => readonly string[] | undefined;
  /** Runs kept at a time; beyond it the one longest unused is forgotten, in case its end never comes. Default 1 024. */
  readonly maxRuns?: number;
}

/** Access tokens for the tools of an agent's runs. */
export interface ToolTokens {
  /**
   * Keeps on whose behalf a run acts, and asks for nothing. Again for the same subject it does nothing.
   *
   * @throws TokenError `ERR_TOKEN_SUBJECT_REQUIRED` without a subject token; `ERR_TOKEN_SUBJECT_NOT_ALLOWED` if the run is
   * under way for another subject: end it first, or name each run by an id of its own.
   * @throws TypeError if an argument is blank.
   */
  startRun(runId: string, run: ToolRun): void;
  /**
   * Resolves once `headersFor` has the header for this tool: before each call of a tool. One request serves every
   * call of the same subject and audience, and none is made while its token is fresh.
   *
   * @throws TokenError `ERR_TOKEN_NOT_READY` if there is no such run, `ERR_TOKEN_TYPE_UNSUPPORTED` if the token is no bearer token,
   * and whatever the source throws.
   */
  ready(runId: string, tool: ToolCall, options?: Pick<GetTokenOptions, "signal">): Promise<void>;
  /**
   * Returns the header for this tool, without waiting.
   *
   * @throws TokenError `ERR_TOKEN_NOT_READY` if `ready` was not awaited, or what it got has ended since.
   */
  headersFor(runId: string, tool: ToolCall): { readonly authorization: string };
  /** Forgets a run. Its tokens stay in the cache while they are good. */
  endRun(runId: string): void;
}

/**
 * Gets tokens at the moment an agent first calls a tool, one for each subject and audience, and hands out their headers
 * synchronously. The source is cached here, unless it caches already.
 *
 * @example
 * ```ts
 * const tokens = toolTokens(source, { audienceOf: ({ server }) => [server] });
 * tokens.startRun(runId, { subjectToken });
 * await tokens.ready(runId, { server: "orders", name: "list" });
 * const headers = tokens.headersFor(runId, { server: "orders", name: "list" });
 * ```
 * @throws TypeError | RangeError naming the option that is of a wrong type or out of range.
 */
export function toolTokens(source: TokenSource, options: ToolTokensOptions): ToolTokens {
  const { audienceOf, maxRuns = DEFAULT_MAX_RUNS } = options;
  if (typeof audienceOf !== "function") {
    throw new TypeError('Cannot keep tool tokens: "audienceOf" must be a function');
  }
  checkCapacity(maxRuns, { option: "maxRuns", doing: "keep tool tokens" });
  return new RunTokens(cachingTokenSource(source), { audienceOf, maxRuns });
}

const DEFAULT_MAX_RUNS = 1_024;

interface Run {
  readonly subject: TokenRequest;
  readonly bound: BoundTokenSource;
  /** By audience. */
  readonly targets: Map<string, RunTarget>;
}

interface RunTarget {
  readonly bound: BoundTokenSource;
  /** What the cache does not keep, such as a token that outlives its subject token. */
  unkept: AccessToken | undefined;
}

class RunTokens implements ToolTokens {
  readonly #cache: CachingTokenSource;
  readonly #options: Required<ToolTokensOptions>;
  readonly #runs: RecentMap<string, Run>;

  constructor(cache: CachingTokenSource, options: Required<ToolTokensOptions>) {
    this.#cache = cache;
    this.#options = options;
    this.#runs = new RecentMap(options.maxRuns);
  }

  startRun(runId: string, run: ToolRun): void {
    if (typeof runId !== "string" || runId.trim() === "") {
      throw new TypeError('Cannot start a run: "runId" must be a string that is not blank');
    }
    const subject = subjectOf(run);
    const known = this.#runs.get(runId);
    if (known === undefined) {
      this.#runs.set(runId, { subject, bound: this.#cache.bind(subject), targets: new Map() });
    } else if (!isSameSubject(known.subject, subject)) {
      // Taking the new one would send its token with the other's calls.
      throw new TokenError(
        "ERR_TOKEN_SUBJECT_NOT_ALLOWED",
        `Cannot start run ${JSON.stringify(runId)}: it is under way for another subject; end it first, or name each run by an id of its own`,
      );
    }
  }

  async ready(runId: string, tool: ToolCall, { signal }: Pick<GetTokenOptions, "signal"> = {}) {
    const target = this.#target(runId, tool);
    if (target === undefined) return;
    const token = await target.bound.getToken(signal && { signal });
    bearerHeader(token);
    target.unkept = target.bound.peek() === undefined ? token : undefined;
  }

  headersFor(runId: string, tool: ToolCall): { readonly authorization: string } {
    const target = this.#target(runId, tool);
    const token = target && (target.bound.peek() ?? target.unkept);
    if (token !== undefined) return { authorization: bearerHeader(token) };
    const reason =
      target === undefined
        ? "it belongs to no MCP server"
        : "there is no token for it, or no longer; await ready() before each call";
    throw notReady(tool, reason);
  }

  endRun(runId: string): void {
    this.#runs.delete(runId);
  }

  #target(runId: string, tool: ToolCall): RunTarget | undefined {
    const { server } = tool;
    if (server === undefined) return undefined;
    const run = this.#use(runId, tool);
    const audience = this.#options.audienceOf({ ...tool, server }) ?? [];
    const key = JSON.stringify(audience);
    let target = run.targets.get(key);
    if (target === undefined) {
      target = { bound: run.bound.with({ audience }), unkept: undefined };
      run.targets.set(key, target);
    }
    return target;
  }

  #use(runId: string, tool: ToolCall): Run {
    const run = this.#runs.get(runId);
    if (run !== undefined) return run;
    const reason = `run ${JSON.stringify(runId)} was not started, has ended, or was pushed out by more than ${this.#options.maxRuns} others`;
    throw notReady(tool, reason);
  }
}

function subjectOf({ subjectToken, principal }: Partial<ToolRun> = {}): TokenRequest {
  if (subjectToken === undefined) {
    throw new TokenError(
      "ERR_TOKEN_SUBJECT_REQUIRED",
      'Cannot start a run: "subjectToken" is missing',
    );
  }
  return normalizeTokenRequest({ subjectToken, ...(principal !== undefined && { principal }) });
}

function isSameSubject(one: TokenRequest, other: TokenRequest): boolean {
  return one.subjectToken === other.subjectToken && one.principal === other.principal;
}

function notReady({ server, name }: ToolCall, reason: string): TokenError {
  const tool = JSON.stringify(name) + (server === undefined ? "" : ` of ${JSON.stringify(server)}`);
  return new TokenError("ERR_TOKEN_NOT_READY", `Cannot call the tool ${tool}: ${reason}`);
}
