import { TokenError } from "@agent-oauth/core";
import { boundedMap, checkOptions, type OptionNames } from "@agent-oauth/core/internal";
import { BasePlugin, type InvocationContext, ReadonlyContext } from "@google/adk";
import { McpToolset } from "./mcp-toolset.ts";
import { headerSubjectToken, type SubjectToken } from "./subject-token.ts";
import { positiveInteger } from "./toolset-options.ts";

const NAMES: OptionNames<TokenPropagationPluginOptions> = {
  subjectToken: true,
  maxRuns: true,
  name: true,
};

/**
 * Takes the subject token of each run at its start and has toolsets use it for the whole run. It asks no server:
 * tokens are exchanged when a tool is called.
 *
 * @example
 * ```ts
 * const plugin = new TokenPropagationPlugin();
 * plugin.registerToolset(toolset);
 * const runner = new Runner({ appName: "clerk", agent, sessionService, plugins: [plugin] });
 * ```
 * @throws TypeError naming the option that there is none of.
 * @throws RangeError if `maxRuns` is no whole number of at least 1.
 */
export class TokenPropagationPlugin extends BasePlugin {
  readonly #subjectToken: SubjectToken;
  readonly #runs: ReturnType<typeof boundedMap<string, Promise<string | undefined>>>;

  constructor(options: TokenPropagationPluginOptions = {}) {
    checkOptions(options, { doing: "create a token propagation plugin", names: NAMES });
    const {
      subjectToken = headerSubjectToken,
      maxRuns = 1_024,
      name = "token_propagation",
    } = options;
    super(name);
    this.#subjectToken = subjectToken;
    this.#runs = boundedMap(positiveInteger("maxRuns", maxRuns));
  }

  /**
   * Has a toolset use the subject tokens of this plugin's runs.
   *
   * @throws TypeError if it is no {@link McpToolset}, or has a `subjectToken` already.
   */
  registerToolset(toolset: McpToolset): void {
    if (!(toolset instanceof McpToolset)) {
      throw new TypeError(
        "Cannot register the toolset: only McpToolset of @agent-oauth/adk takes a token per call; ADK's own MCPToolset cannot",
      );
    }
    toolset.useSubjectToken((context) => this.#tokenOf(context));
  }

  override async beforeRunCallback({
    invocationContext,
  }: {
    invocationContext: InvocationContext;
  }): Promise<undefined> {
    const context = new ReadonlyContext(invocationContext);
    const token = Promise.resolve(context).then(this.#subjectToken);
    // Told to whoever calls a tool: ADK would write it to its log, and a run that calls none needs no token.
    token.catch(() => {});
    this.#runs.set(context.invocationId, token);
  }

  override async afterRunCallback({
    invocationContext,
  }: {
    invocationContext: InvocationContext;
  }): Promise<void> {
    this.#runs.delete(invocationContext.invocationId);
  }

  #tokenOf({ invocationId }: ReadonlyContext): Promise<string | undefined> {
    const token = this.#runs.get(invocationId);
    if (token !== undefined) return token;
    // Not looked up anew: what the session holds by now may be another user's.
    throw new TokenError(
      "ERR_TOKEN_NOT_READY",
      'Cannot act for the user of the run: its start was not seen, or it is older than the "maxRuns" runs that are kept',
    );
  }
}

/** How {@link TokenPropagationPlugin} works. */
export interface TokenPropagationPluginOptions {
  /** Asked once per run, at its start. Default: {@link headerSubjectToken}. */
  readonly subjectToken?: SubjectToken;
  /** Runs whose subject token is kept: the end of a run is not always told, so the oldest goes first. Default 1 024. */
  readonly maxRuns?: number;
  /** The plugin's name within its runner. Default `"token_propagation"`. */
  readonly name?: string;
}
