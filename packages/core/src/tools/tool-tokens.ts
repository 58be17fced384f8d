import type { LRUCache } from "lru-cache";
import type { BoundTokenSource } from "../cache/bound-token-source.ts";
import { type CachingTokenSource, cachingTokenSource } from "../cache/caching-token-source.ts";
import { boundedMap, MAX_ENTRIES } from "../collections/bounded-map.ts";
import { TokenError } from "../errors/token-error.ts";
import { checkOptions, type OptionNames } from "../options/known-members.ts";
import { shownName } from "../options/listed-names.ts";
import { numberOption } from "../options/option-values.ts";
import { bearerHeader } from "../token/bearer-scheme.ts";
import { normalizeTokenRequest } from "../token/token-request.ts";
import type { GetTokenOptions, TokenRequest, TokenSource } from "../token/token-source.ts";

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

/** The header of one call of a tool. */
export interface ToolHeaders {
  readonly authorization: string;
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
   * Resolves to the header for one call of this tool, `undefined` for a tool without a server: await it before each call. One
   * request serves every call of the same subject and audience, and none is made while its token is fresh.
   *
   * @throws TypeError naming what a tool or an option has that there is none of.
   * @throws TokenError `ERR_TOKEN_NOT_READY` if there is no such run, `ERR_TOKEN_TYPE_UNSUPPORTED` if the token is no bearer token,
   * and whatever the source throws.
   */
  ready(
    runId: string,
    tool: ToolCall,
    options?: Pick<GetTokenOptions, "signal">,
  ): Promise<ToolHeaders | undefined>;
  /**
   * Returns the header for this tool without waiting, if the cache has a token for it now. What the cache does not keep, such as a
   * token that outlives its subject token, only `ready` resolves to.
   *
   * @throws TokenError `ERR_TOKEN_NOT_READY` if the cache has none: use what `ready` resolves to.
   */
  headersFor(runId: string, tool: ToolCall): ToolHeaders;
  /** Forgets a run. Its tokens stay in the cache while they are good. */
  endRun(runId: string): void;
}

const NAMES: OptionNames<ToolTokensOptions> = { audienceOf: true, maxRuns: true };
const RUN_NAMES: OptionNames<ToolRun> = { subjectToken: true, principal: true };
const TOOL_NAMES: OptionNames<ToolCall> = { server: true, name: true };
const READY_NAMES: OptionNames<Pick<GetTokenOptions, "signal">> = { signal: true };

/**
 * Gets tokens at the moment an agent first calls a tool, one for each subject and audience, and makes headers of them.
 * The source is cached here, unless it caches already; no token is kept beside that cache.
 *
 * @example
 * ```ts
 * const tokens = toolTokens(source, { audienceOf: ({ server }) => [server] });
 * tokens.startRun(runId, { subjectToken });
 * const headers = await tokens.ready(runId, { server: "orders", name: "list" });
 * ```
 * @throws TypeError | RangeError naming the option that is of a wrong type or out of range.
 */
export function toolTokens(source: TokenSource, options: ToolTokensOptions): ToolTokens {
  checkOptions(options, { doing: "keep tool tokens", names: NAMES });
  const { audienceOf, maxRuns = DEFAULT_MAX_RUNS }: Partial<ToolTokensOptions> = options ?? {};
  if (typeof audienceOf !== "function") {
    throw new TypeError('Cannot keep tool tokens: "audienceOf" must be a function');
  }
  const doing = "keep tool tokens";
  numberOption(maxRuns, { option: "maxRuns", doing, min: 1, max: MAX_ENTRIES, whole: true });
  return new RunTokens(cachingTokenSource(source), { audienceOf, maxRuns });
}

const DEFAULT_MAX_RUNS = 1_024;
/** Audiences that a run remembers the key of; beyond it the key is worked out anew. */
const MAX_TARGETS = 256;

interface Run {
  readonly subject: TokenRequest;
  readonly bound: BoundTokenSource;
  /** By audience. */
  readonly targets: LRUCache<string, BoundTokenSource>;
}

class RunTokens implements ToolTokens {
  readonly #cache: CachingTokenSource;
  readonly #options: Required<ToolTokensOptions>;
  readonly #runs: LRUCache<string, Run>;

  constructor(cache: CachingTokenSource, options: Required<ToolTokensOptions>) {
    this.#cache = cache;
    this.#options = options;
    this.#runs = boundedMap(options.maxRuns);
  }

  startRun(runId: string, run: ToolRun): void {
    if (typeof runId !== "string" || runId.trim() === "") {
      throw new TypeError('Cannot start a run: "runId" must be a string that is not blank');
    }
    checkOptions(run, { doing: "start a run", names: RUN_NAMES, what: "the run", member: "field" });
    const subject = subjectOf(run);
    const known = this.#runs.get(runId);
    if (known === undefined) {
      this.#runs.set(runId, {
        subject,
        bound: this.#cache.bind(subject),
        targets: boundedMap(MAX_TARGETS),
      });
    } else if (!isSameSubject(known.subject, subject)) {
      // Taking the new one would send its token with the other's calls.
      throw new TokenError(
        "ERR_TOKEN_SUBJECT_NOT_ALLOWED",
        `Cannot start run ${shownName(runId)}: it is under way for another subject; end it first, or name each run by an id of its own`,
      );
    }
  }

  async ready(
    runId: string,
    tool: ToolCall,
    options?: Pick<GetTokenOptions, "signal">,
  ): Promise<ToolHeaders | undefined> {
    checkOptions(options, { doing: "get a tool's token", names: READY_NAMES });
    const signal = options?.signal;
    const target = this.#target(runId, tool);
    const token = await target?.getToken(signal && { signal });
    return token && { authorization: bearerHeader(token) };
  }

  headersFor(runId: string, tool: ToolCall): ToolHeaders {
    const target = this.#target(runId, tool);
    const token = target?.peek();
    if (token !== undefined) return { authorization: bearerHeader(token) };
    const reason =
      target === undefined
        ? "it belongs to no MCP server"
        : "the cache has no token for it, or no longer; await ready() before each call, and use the headers that it resolves to";
    throw notReady(tool, reason);
  }

  endRun(runId: string): void {
    this.#runs.delete(runId);
  }

  #target(runId: string, tool: ToolCall): BoundTokenSource | undefined {
    checkTool(tool);
    const { server, name } = tool;
    if (server === undefined) return undefined;
    const run = this.#use(runId, tool);
    const audience = this.#options.audienceOf({ server, name }) ?? [];
    const key = JSON.stringify(audience);
    let target = run.targets.get(key);
    if (target === undefined) {
      target = run.bound.with({ audience });
      run.targets.set(key, target);
    }
    return target;
  }

  #use(runId: string, tool: ToolCall): Run {
    const run = this.#runs.get(runId);
    if (run !== undefined) return run;
    const reason = `run ${shownName(runId)} was not started, has ended, or was pushed out by more than ${this.#options.maxRuns} others`;
    throw notReady(tool, reason);
  }
}

function checkTool(tool: ToolCall): void {
  const doing = "call a tool";
  // A misspelt "server" would make it a tool without one, which is called without a token.
  checkOptions(tool ?? null, { doing, names: TOOL_NAMES, what: "the tool", member: "field" });
  for (const [field, value] of Object.entries({
    name: tool.name,
    ...(tool.server !== undefined && { server: tool.server }),
  })) {
    if (typeof value === "string" && value.trim() !== "") continue;
    throw new TypeError(`Cannot ${doing}: "${field}" must be a string that is not blank`);
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
  const tool = shownName(name) + (server === undefined ? "" : ` of ${shownName(server)}`);
  return new TokenError("ERR_TOKEN_NOT_READY", `Cannot call the tool ${tool}: ${reason}`);
}
