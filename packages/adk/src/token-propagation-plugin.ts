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
 * Reads the subject token of each run at its start. Registered toolsets use this token for the whole run. The plugin sends no
 * request: a toolset exchanges the token when a tool is called.
 *
 * @example
 * ```ts
 * const plugin = new TokenPropagationPlugin();
 * plugin.registerToolset(toolset);
 * const runner = new Runner({ appName: "clerk", agent, sessionService, plugins: [plugin] });
 * ```
 * @throws TypeError if an option is unknown. The message names the option.
 * @throws RangeError if `maxRuns` is not a whole number of at least 1.
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
   * Makes a toolset use the subject tokens of this plugin's runs.
   *
   * @throws TypeError if the argument is not an {@link McpToolset}, or if the toolset already has a `subjectToken`.
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
    // A tool call throws the error later. ADK would log it here, and a run without tool calls needs no token.
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
    // The token is not read again, since the session may hold another user's token by now.
    throw new TokenError(
      "ERR_TOKEN_NOT_READY",
      'Cannot act for the user of the run: the plugin did not see the run start, or "maxRuns" newer runs have started since',
    );
  }
}

/** Options of {@link TokenPropagationPlugin}. */
export interface TokenPropagationPluginOptions {
  /** Returns the subject token; called once per run, at its start. Default: {@link headerSubjectToken}. */
  readonly subjectToken?: SubjectToken;
  /** The maximum number of runs. Beyond it the oldest run is forgotten, since ADK does not report the end of every run. Default 1 024. */
  readonly maxRuns?: number;
  /** The plugin's name within its runner. Default `"token_propagation"`. */
  readonly name?: string;
}
