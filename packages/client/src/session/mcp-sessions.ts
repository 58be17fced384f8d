import type { GatewayFlow, McpServerRef } from "@agent-oauth/core/gateway";
import {
  keyDigest,
  type SessionKey,
  SessionLostError,
  SessionPool,
} from "@agent-oauth/core/internal";
import type { ClientSettings } from "../client-options.ts";
import { userOrSystemTokens } from "../flow/flow-tokens.ts";
import { OutputValidators } from "../tools/output-validators.ts";
import { type McpCall, McpSession } from "./mcp-session.ts";
import { ProtocolVerdicts } from "./protocol-verdicts.ts";
import { sessionKey } from "./session-key.ts";

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
  /** Compiled output schemas, for all sessions. */
  readonly validators = new OutputValidators();
  /** The ends of sessions whose opening failed. */
  #halfOpen = Promise.resolve();

  constructor(settings: ClientSettings) {
    const { maxSessions, sessionIdleMs: idleMs, clock } = settings;
    this.#settings = settings;
    this.#pool = new SessionPool({ maxSessions, idleMs, clock, owner: "the client" });
    this.#verdicts = new ProtocolVerdicts({
      maxEntries: maxSessions * VERDICTS_PER_SESSION,
      clock,
    });
  }

  call<R>(call: McpServerCall<R>): Promise<R> {
    const { flow, server, request, doing, signal } = call;
    const key = sessionKey(server, request);
    return this.#pool.use({
      key,
      signal,
      open: (signal) => this.#open(keyDigest(key), { flow, server, request, doing, signal }),
      work: (session) => this.#work(key, session.call(call)),
    });
  }

  async close(): Promise<void> {
    await this.#pool.close();
    await this.#halfOpen;
  }

  /** @param verdictKey the digest of the session's key, which holds the user's token: verdicts outlive sessions. */
  async #open(verdictKey: string, call: Opening): Promise<McpSession> {
    const { flow, server, request, doing, signal } = call;
    const prior = this.#verdicts.get(verdictKey);
    const options = {
      flow,
      tokens: userOrSystemTokens(flow, request, doing),
      url: server.url,
      settings: this.#settings,
      validators: this.validators,
      prior,
      onHalfOpen: (ended: Promise<void>) => {
        this.#halfOpen = this.#halfOpen.then(() => ended);
      },
    };
    try {
      const session = await McpSession.open(options, { request, doing, signal });
      this.#verdicts.set(verdictKey, session.verdict);
      return session;
    } catch (failure) {
      if (!(failure instanceof SessionLostError)) throw failure;
      // Without a verdict that may be outdated, the server is simply not there.
      if (prior === undefined || failure.repetition !== "always") throw failure.error;
      this.#verdicts.delete(verdictKey);
      return this.#open(verdictKey, call);
    }
  }

  async #work<R>(key: SessionKey, work: Promise<R>): Promise<R> {
    try {
      return await work;
    } catch (failure) {
      if (!(failure instanceof SessionLostError)) throw failure;
      const verdictKey = keyDigest(key);
      // A server without sessions that does not know one has been replaced by one that has them.
      const isModern = this.#verdicts.get(verdictKey)?.kind === "modern";
      if (isModern) this.#verdicts.delete(verdictKey);
      throw failure;
    }
  }
}

type Opening = Omit<McpServerCall<never>, "run" | "limits" | "toolRun" | "mend">;
