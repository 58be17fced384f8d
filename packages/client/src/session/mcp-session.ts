import type { GatewayFlow } from "@agent-oauth/core/gateway";
import { type PooledSession, SessionLostError, withinDeadline } from "@agent-oauth/core/internal";
import {
  Client,
  type JSONRPCMessage,
  type jsonSchemaValidator,
  type PriorDiscovery,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { noResponse } from "../call-timeouts.ts";
import type { ClientSettings } from "../client-options.ts";
import { ResponseBudget, type ResponseLimits } from "../response/response-budget.ts";
import type { ToolRun } from "../tools/tool-run.ts";
import { answeredRequest } from "./answered-request.ts";
import { mcpFailure } from "./mcp-failure.ts";
import { pacedResumes } from "./paced-resumes.ts";
import { secureEndpoint } from "./secure-endpoint.ts";
import { type SentMessage, SessionCall, type SessionCallOptions } from "./session-call.ts";
import { sessionFetch } from "./session-fetch.ts";
import { sessionLoss } from "./session-loss.ts";
import { SessionTokenSource } from "./session-token-source.ts";
import { withRequirements } from "./step-up.ts";

/** How long the server may take to end a session; only `close()` waits for the response. */
const END_TIMEOUT_MS = 5_000;

/** What a server says of itself is kept with the session and longer, 256 KiB. */
const OPENING: ResponseLimits = { maxBytes: 262_144, bytesName: "to open a session" };

/** The names of the SDK's errors for a message that it cannot read. */
const UNREADABLE = new Set(["SyntaxError", "ZodError"]);

/** What a session is opened with. */
export interface McpSessionOptions {
  readonly flow: GatewayFlow;
  readonly tokens: GatewayFlow["userTokens"];
  readonly url: string;
  readonly settings: ClientSettings;
  readonly validators: jsonSchemaValidator;
  /** Which revisions the server is known to speak. */
  readonly prior: PriorDiscovery | undefined;
  /** Gets the end of a session whose opening failed. No caller waits for it: a server that is silent is so to the end. */
  readonly onHalfOpen: (ended: Promise<void>) => void;
}

/** One call on a session. */
export interface McpCall<R> extends Pick<SessionCallOptions, "request" | "signal" | "mend"> {
  /** Completes "Cannot …". */
  readonly doing: string;
  /** What the responses may take up. */
  readonly limits: ResponseLimits;
  /** Given at tool calls, which are repeated only if the tool certainly did not run. */
  readonly toolRun?: ToolRun | undefined;
  readonly run: (client: Client, signal: AbortSignal) => Promise<R>;
}

/** An open MCP session. A server of revision 2026-07-28 keeps no sessions: this then holds what is known about the server. */
export class McpSession implements PooledSession {
  readonly #client: Client;
  readonly #transport: StreamableHTTPClientTransport;
  readonly #tokens: SessionTokenSource;
  /** Of the request that ends the session. */
  readonly #ending = new AbortController();

  /** Opens a session with the token for `request`; throws as {@link McpSession.call} does. */
  static async open(
    options: McpSessionOptions,
    { request, doing, signal }: Pick<McpCall<never>, "request" | "doing" | "signal">,
  ): Promise<McpSession> {
    const { settings, prior } = options;
    const session = new McpSession(options);
    const timeout = settings.timeoutMs;
    const run = (client: Client) =>
      client.connect(session.#transport, { timeout, ...(prior && { prior }) });
    try {
      // The SDK limits each of its requests, not all of them together.
      const timeoutReason = () => noResponse(doing, timeout);
      const deadline = { timeoutMs: timeout, timeoutReason, signals: [signal] };
      await withinDeadline(deadline, ({ signal }) =>
        session.call({ request, doing, signal, limits: OPENING, run }),
      );
      return session;
    } catch (error) {
      options.onHalfOpen(session.end());
      throw error;
    }
  }

  private constructor({ flow, tokens, url, settings, validators }: McpSessionOptions) {
    const { allowOrigins, allowInsecureHosts, clientInfo, versionNegotiation } = settings;
    const endpoint = secureEndpoint(url, settings);
    const anonymous = settings.missingToken === "anonymous";
    const session = new SessionTokenSource({ tokens, url: endpoint, allowOrigins, anonymous });
    this.#tokens = session;
    this.#client = new Client(clientInfo, {
      versionNegotiation: { mode: versionNegotiation },
      // It would send the call again, also where the server says nothing but that it wants that.
      inputRequired: { autoFulfill: false },
      jsonSchemaValidator: validators,
    });
    this.#transport = new StreamableHTTPClientTransport(endpoint, {
      fetch: sessionFetch({
        tokens: session,
        endpoint,
        fetch: (input, init) => flow.fetch(input, init),
        allowInsecureHosts,
        ending: this.#ending.signal,
      }),
      reconnectionScheduler: pacedResumes(() => session.sending),
      requestInit: { headers: { "x-correlation-id": crypto.randomUUID() } },
    });
    const send = this.#transport.send.bind(this.#transport);
    this.#transport.send = (message, options) =>
      session.send("method" in message ? message : {}, (request) =>
        request === undefined
          ? send(message, options)
          : answeredRequest(
              request,
              (end) => send(message, { ...options, ...end }),
              (response) => this.#transport.onmessage?.(response),
            ),
      );
    this.#transport.onerror = ({ name }) => {
      if (UNREADABLE.has(name) && session.sending !== undefined) session.sending.isGarbled = true;
    };
    // Heard before the SDK works on the message.
    this.#transport.onmessage = (message) => this.#heard(message, session.sending);
  }

  /** Which revisions the server turned out to speak. */
  get verdict(): PriorDiscovery {
    const discover = this.#client.getDiscoverResult();
    return discover === undefined ? { kind: "legacy" } : { kind: "modern", discover };
  }

  /**
   * @throws SessionLostError if a new session could mend what went wrong; else the source's error, why the server could not be
   * used, or the reason of the signal.
   */
  async call<R>({ request, doing, signal, limits, toolRun, mend, run }: McpCall<R>): Promise<R> {
    const budget = new ResponseBudget(limits, doing);
    const call = new SessionCall({ request, signal, budget, toolRun, mend });
    try {
      return await this.#tokens.during(call, (signal) => run(this.#client, signal));
    } catch (error) {
      const failure = this.#failure(error, { call, doing, signal });
      const hasSession = this.#transport.sessionId !== undefined;
      const repetition = sessionLoss({ call, error, failure, hasSession });
      if (repetition === undefined) throw failure;
      throw new SessionLostError(failure, { repetition: signal?.aborted ? "never" : repetition });
    }
  }

  /** What the caller gets. An abort reason is returned unchanged. */
  #failure(
    error: unknown,
    { call, doing, signal }: { call: SessionCall } & Pick<McpCall<never>, "doing" | "signal">,
  ): unknown {
    if (call.failure === undefined && signal?.aborted) return signal.reason;
    const { challenge } = call;
    const failure =
      call.failure === undefined
        ? mcpFailure(error, doing, challenge)
        : withRequirements(call.failure.error, challenge);
    return call.toolRun?.errorFor(failure) ?? failure;
  }

  /** Takes note of a response before the SDK works on it. */
  #heard(message: JSONRPCMessage, sent: SentMessage | undefined): void {
    if (sent === undefined || !("result" in message || "error" in message)) return;
    if (message.id === sent.id) sent.isAnswered = true;
    if (!("result" in message)) return;
    countTools(message.result, sent.call);
    sent.call.mend?.(message.result, this.#client.getProtocolEra() === "modern");
  }

  /** Does not reject, and ends after 5 seconds at the latest. */
  async end(): Promise<void> {
    try {
      // A server that gets no token for it forgets the session in its own time.
      if (!this.#tokens.canPart) return;
      const timeoutMs = END_TIMEOUT_MS;
      const timeoutReason = () => noResponse("end the MCP session", timeoutMs);
      await withinDeadline({ timeoutMs, timeoutReason }, () => this.#transport.terminateSession());
    } catch {
      // The server may refuse; it forgets the session in its own time.
    } finally {
      this.#ending.abort();
      await this.#client.close().catch(() => {});
    }
  }
}

/** Ends a call whose list of tools has grown too long, before the SDK reads the tools. */
function countTools({ tools }: Record<string, unknown>, call: SessionCall): void {
  if (!Array.isArray(tools)) return;
  try {
    call.budget?.addTools(tools.length);
  } catch (error) {
    call.breakOff(error);
  }
}
