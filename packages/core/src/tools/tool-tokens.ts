import type { LRUCache } from "lru-cache";
import type { BoundTokenSource } from "../cache/bound-token-source.ts";
import { type CachingTokenSource, cachingTokenSource } from "../cache/caching-token-source.ts";
import { boundedMap, MAX_ENTRIES } from "../collections/bounded-map.ts";
import { TokenError } from "../errors/token-error.ts";
import { yieldedValue } from "../errors/yielded-value.ts";
import { checkOptions, type OptionNames } from "../options/known-members.ts";
import { shownName } from "../options/listed-names.ts";
import { numberOption } from "../options/option-values.ts";
import { bearerHeader } from "../token/bearer-scheme.ts";
import { normalizeTokenRequest } from "../token/token-request.ts";
import type { GetTokenOptions, TokenRequest, TokenSource } from "../token/token-source.ts";

/** Names a tool that an agent calls. */
export interface ToolCall {
  /** The name of its MCP server. A tool without a server is not an MCP tool and needs no token. */
  readonly server?: string | undefined;
  readonly name: string;
}

/** The user on whose behalf a run of an agent acts. */
export interface ToolRun {
  readonly subjectToken: string;
  /** The caller's stable name for the subject, as in a token request. */
  readonly principal?: string | undefined;
}

/** Options of {@link toolTokens}. */
export interface ToolTokensOptions {
  /** Returns the audience of the token for a tool: the tool's own audience, else its server's. `undefined` or an empty list: no audience. */
  readonly audienceOf: (
    tool: ToolCall & { readonly server: string },
  ) => readonly string[] | undefined;
  /** The maximum number of runs. Beyond it the least recently used run is forgotten, since `endRun` may never be called for it. Default 1 024. */
  readonly maxRuns?: number;
}

/** The Authorization header of one tool call. */
export interface ToolHeaders {
  readonly authorization: string;
}

/** Access tokens for the tools of an agent's runs. */
export interface ToolTokens {
  /**
   * Records the user of a run. It sends no request. A second call with the same user does nothing.
   *
   * @throws TokenError `ERR_TOKEN_SUBJECT_REQUIRED` without a subject token; `ERR_TOKEN_SUBJECT_NOT_ALLOWED` if the run is
   * under way for another subject. End that run first, or give each run its own id.
   * @throws TypeError if an argument is blank.
   */
  startRun(runId: string, run: ToolRun): void;
  /**
   * Resolves to the header for one call of this tool; `undefined` for a tool without a server. Await it before each call. All
   * calls with the same subject and audience share one request, and a fresh token needs no request.
   *
   * @throws TypeError if the tool has an unknown field or the options an unknown name. The message names it.
   * @throws TokenError `ERR_TOKEN_NOT_READY` if the run is unknown, `ERR_TOKEN_TYPE_UNSUPPORTED` if the token is not a bearer token.
   * It also throws the errors of the source.
   */
  ready(
    runId: string,
    tool: ToolCall,
    options?: Pick<GetTokenOptions, "signal">,
  ): Promise<ToolHeaders | undefined>;
  /**
   * Returns the header for this tool without waiting, if the cache has a token for it now. For a token that the cache does not
   * keep, use the header that `ready` resolves to.
   *
   * @throws TokenError `ERR_TOKEN_NOT_READY` if the cache has no token: await `ready` and use its header.
   */
  headersFor(runId: string, tool: ToolCall): ToolHeaders;
  /** Forgets a run. Its tokens stay in the cache until they expire. */
  endRun(runId: string): void;
}

const NAMES: OptionNames<ToolTokensOptions> = { audienceOf: true, maxRuns: true };
const RUN_NAMES: OptionNames<ToolRun> = { subjectToken: true, principal: true };
const TOOL_NAMES: OptionNames<ToolCall> = { server: true, name: true };
const READY_NAMES: OptionNames<Pick<GetTokenOptions, "signal">> = { signal: true };

/**
 * Gets a token when an agent first calls a tool, one token for each subject and audience, and returns headers. It caches the
 * tokens, unless the source already caches. It keeps no token outside that cache.
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
/** The maximum number of audiences whose key a run remembers. Beyond it the key is computed again. */
const MAX_TARGETS = 256;

interface Run {
  readonly subject: TokenRequest;
  readonly bound: BoundTokenSource;
  /** The bound source of each audience. */
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
      // With the new subject, the calls of the first user would carry the token of the second user.
      throw new TokenError(
        "ERR_TOKEN_SUBJECT_NOT_ALLOWED",
        `Cannot start run ${shownName(runId)}: it is under way for another subject; end that run first, or give each run its own id`,
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
        : "the cache has no token for this call; await ready() before each call, and use the headers that ready() resolves to";
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
    return yieldedValue("audienceOf", () => targetOf(run, audience));
  }

  #use(runId: string, tool: ToolCall): Run {
    const run = this.#runs.get(runId);
    if (run !== undefined) return run;
    const reason = `run ${shownName(runId)} was not started, has ended, or was evicted by more than ${this.#options.maxRuns} other runs`;
    throw notReady(tool, reason);
  }
}

/** The bound source of an audience: its key is computed once. */
function targetOf({ bound, targets }: Run, audience: readonly string[]): BoundTokenSource {
  const key = JSON.stringify(audience);
  const known = targets.get(key);
  const target = known ?? bound.with({ audience });
  if (known === undefined) targets.set(key, target);
  return target;
}

function checkTool(tool: ToolCall): void {
  const doing = "call a tool";
  // With a misspelt "server" the tool would have no server, and it would be called without a token.
  checkOptions(tool, {
    doing,
    names: TOOL_NAMES,
    what: "the tool",
    member: "field",
    required: true,
  });
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
