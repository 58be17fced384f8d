import { bearerFetch, type TokenRequest } from "@agent-oauth/core";
import {
  Client,
  type jsonSchemaValidator,
  type PriorDiscovery,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { boundedAnswers } from "./bounded-answers.ts";
import { CallTokens, NoToken } from "./call-tokens.ts";
import type { ClientSettings } from "./client-options.ts";
import { type Deadline, withinDeadline } from "./deadline.ts";
import type { GatewayFlow } from "./gateway-flow.ts";
import { httpStatus, mcpFailure } from "./mcp-failure.ts";
import { secureEndpoint } from "./secure-endpoint.ts";
import { type PooledSession, SessionLost } from "./session-pool.ts";

/** How long the server may take to end a session; nobody waits for the answer but `close()`. */
const END_TIMEOUT_MS = 5_000;

/** No tool answers with more than this, 64 MiB, to a model. */
const MAX_ANSWER_BYTES = 67_108_864;

/** What a session is opened with. */
export interface McpSessionOptions {
  readonly flow: GatewayFlow;
  readonly tokens: GatewayFlow["userTokens"];
  readonly url: string;
  readonly settings: ClientSettings;
  readonly validators: jsonSchemaValidator;
  /** Which revisions the server is known to speak. */
  readonly prior: PriorDiscovery | undefined;
}

/** One call on a session. */
export interface McpCall<R> {
  /** Whose token its HTTP requests present. */
  readonly request: TokenRequest;
  /** Completes "Cannot …". */
  readonly doing: string;
  readonly run: (client: Client) => Promise<R>;
}

/** An open MCP session: of a server of revision 2026-07-28, which keeps none, what is known about the server. */
export class McpSession implements PooledSession {
  readonly #client: Client;
  readonly #transport: StreamableHTTPClientTransport;
  readonly #tokens: CallTokens;

  /** Opens a session with the token for `request`; throws as {@link McpSession.call} does. */
  static async open(
    options: McpSessionOptions,
    { request, doing, signal }: Omit<McpCall<never>, "run"> & Pick<Deadline, "signal">,
  ): Promise<McpSession> {
    const { settings, prior } = options;
    const session = new McpSession(options);
    const timeout = settings.timeoutMs;
    const run = (client: Client) =>
      client.connect(session.#transport, { timeout, ...(prior && { prior }) });
    try {
      // The SDK limits each of its requests, not all of them together.
      await withinDeadline({ doing, timeoutMs: timeout, signal }, () =>
        session.call({ request, doing, run }),
      );
      return session;
    } catch (error) {
      // Not waited for: a server that is silent is so to the end.
      void session.end();
      throw error;
    }
  }

  private constructor({ flow, tokens, url, settings, validators }: McpSessionOptions) {
    const endpoint = secureEndpoint(url, settings);
    this.#tokens = new CallTokens({ tokens, url: endpoint, allowOrigins: settings.allowOrigins });
    this.#client = new Client(settings.clientInfo, {
      versionNegotiation: { mode: settings.versionNegotiation },
      jsonSchemaValidator: validators,
    });
    const over = () => this.#tokens.over;
    const bound = bearerFetch(this.#tokens, {
      resource: endpoint,
      fetch: (input, init) => flow.fetch(input, init),
      allowInsecureHosts: settings.allowInsecureHosts,
    });
    const answers = boundedAnswers(bound, { maxBytes: MAX_ANSWER_BYTES, over });
    this.#transport = new StreamableHTTPClientTransport(endpoint, {
      fetch: withoutStandingStream(answers, over),
      requestInit: { headers: { "x-correlation-id": crypto.randomUUID() } },
    });
  }

  /** Which revisions the server turned out to speak. */
  get verdict(): PriorDiscovery {
    const discover = this.#client.getDiscoverResult();
    return discover === undefined ? { kind: "legacy" } : { kind: "modern", discover };
  }

  /** @throws SessionLost if the server does not know the session; else the source's error, or why the server could not be used. */
  async call<R>({ request, doing, run }: McpCall<R>): Promise<R> {
    try {
      return await this.#tokens.during(request, () => run(this.#client));
    } catch (error) {
      if (error instanceof NoToken) throw error.error;
      const status = httpStatus(error);
      const failure = mcpFailure(error, doing);
      // 400 is what servers made after the SDK's example answer, and those that speak another revision by now.
      throw status === 404 || status === 400 ? new SessionLost(failure) : failure;
    }
  }

  async end(): Promise<void> {
    try {
      // Closing the client cancels the request that ends the session, so it has to wait.
      const deadline = { doing: "end the MCP session", timeoutMs: END_TIMEOUT_MS };
      await withinDeadline(deadline, () => this.#transport.terminateSession());
    } catch {
      // The server may refuse; it forgets the session in its own time.
    } finally {
      await this.#client.close().catch(() => {});
    }
  }
}

/**
 * Answers the GET by which a session would open a stream for messages that belong to no call. We listen to none, and
 * every server that closes such streams would cost a request each time. A GET that resumes an answer passes, if anybody waits
 * for that.
 */
function withoutStandingStream(
  fetch: typeof globalThis.fetch,
  over: () => AbortSignal | undefined,
): typeof globalThis.fetch {
  return async (input, init) => {
    const resumes = new Headers(init?.headers).has("last-event-id") && over()?.aborted !== true;
    return init?.method === "GET" && !resumes
      ? new Response(null, { status: 405 })
      : fetch(input, init);
  };
}
