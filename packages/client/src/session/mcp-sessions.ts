import { digest, type TokenRequest } from "@agent-oauth/core";
import type { ClientSettings } from "../client-options.ts";
import { userOrSystemTokens } from "../flow/flow-tokens.ts";
import type { GatewayFlow, McpServerRef } from "../flow/gateway-flow.ts";
import { OutputValidators } from "../tools/output-validators.ts";
import { type McpCall, McpSession } from "./mcp-session.ts";
import { ProtocolVerdicts } from "./protocol-verdicts.ts";
import { SessionLost, SessionPool } from "./session-pool.ts";

/** How much longer than sessions the verdicts on their servers are kept: they are small. */
const VERDICTS_PER_SESSION = 4;

/** One call of an MCP server. */
export interface McpServerCall<R> extends McpCall<R> {
  readonly flow: GatewayFlow;
  readonly server: McpServerRef;
}

/** Calls MCP servers on sessions that are kept per server, tenant and user. */
export class McpSessions {
  readonly #settings: ClientSettings;
  readonly #pool: SessionPool<McpSession>;
  readonly #verdicts: ProtocolVerdicts;
  readonly #validators = new OutputValidators();

  constructor(settings: ClientSettings) {
    const { maxSessions, sessionIdleMs: idleMs, clock } = settings;
    this.#settings = settings;
    this.#pool = new SessionPool({ maxSessions, idleMs, clock });
    this.#verdicts = new ProtocolVerdicts({
      maxEntries: maxSessions * VERDICTS_PER_SESSION,
      clock,
    });
  }

  call<R>({ flow, server, ...call }: McpServerCall<R>): Promise<R> {
    const { request, doing, signal } = call;
    const key = sessionKey(server, request);
    return this.#pool.use({
      key,
      signal,
      open: (signal) => this.#open(key, { flow, server, request, doing, signal }),
      work: (session) => this.#work(key, session.call(call)),
    });
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async #open(key: string, call: Opening): Promise<McpSession> {
    const { flow, server, request, doing, signal } = call;
    const prior = this.#verdicts.get(key);
    const options = {
      flow,
      tokens: userOrSystemTokens(flow, request, doing),
      url: server.url,
      settings: this.#settings,
      validators: this.#validators,
      prior,
    };
    try {
      const session = await McpSession.open(options, { request, doing, signal });
      this.#verdicts.set(key, session.verdict);
      return session;
    } catch (failure) {
      if (!(failure instanceof SessionLost)) throw failure;
      // Without a verdict that may be outdated, the server is simply not there.
      if (prior === undefined) throw failure.error;
      this.#verdicts.delete(key);
      return this.#open(key, call);
    }
  }

  async #work<R>(key: string, work: Promise<R>): Promise<R> {
    try {
      return await work;
    } catch (failure) {
      // A server without sessions that does not know one has been replaced by one that has them.
      const isModern = this.#verdicts.get(key)?.kind === "modern";
      if (failure instanceof SessionLost && isModern) this.#verdicts.delete(key);
      throw failure;
    }
  }
}

type Opening = Omit<McpServerCall<never>, "run" | "limits" | "toolRun">;

/** Never a bare join, so that no two users can share a session. */
function sessionKey(
  { url }: McpServerRef,
  { subjectToken, principal, tenant }: TokenRequest,
): string {
  const subject = subjectToken === undefined ? null : digest(subjectToken);
  const user = principal === undefined ? { subject } : { principal };
  return JSON.stringify([url, tenant ?? null, user]);
}
