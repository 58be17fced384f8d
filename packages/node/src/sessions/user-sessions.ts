import { type Clock, systemClock } from "@agent-oauth/core";
import {
  checkOptions,
  functionOption,
  numberOption,
  type OptionNames,
  SessionPool,
  textOption,
} from "@agent-oauth/core/internal";
import { UserSession } from "./user-session.ts";

/**
 * Keeps an MCP session for each user, for a framework or an SDK that has a `fetch` option and does not open a lost session again.
 *
 * A server binds a session to the user who opened it. When a server has forgotten a session, the next call of that user opens
 * another one. A call that met the loss is made once more if the server refused every request of that call, so no tool runs
 * twice. The lost session is closed after the last call that still uses it.
 *
 * @example
 * ```ts
 * const sessions = new UserSessions({
 *   fetchOf: (user) => bearerFetch(tokens, { resource: mcpUrl, request: () => requestOf(user) }),
 *   async open(fetch) {
 *     const client = new Client({ name: "clerk", version: "1.0.0" });
 *     await client.connect(new StreamableHTTPClientTransport(new URL(mcpUrl), { fetch }));
 *     return client;
 *   },
 *   close: (client) => client.close(),
 * });
 * await sessions.use("alice", (client) => client.callTool({ name: "list_orders" }));
 * ```
 * @throws TypeError | RangeError if an option is missing, of a wrong type or out of range. The message names the option.
 */
export class UserSessions<Client> implements AsyncDisposable {
  readonly #options: UserSessionsOptions<Client>;
  readonly #pool: SessionPool<UserSession<Client>>;

  constructor(options: UserSessionsOptions<Client>) {
    checkOptions(options ?? {}, { doing: DOING, names: NAMES });
    for (const option of ["fetchOf", "open", "close"] as const) {
      if (options?.[option] === undefined) {
        throw new TypeError(`Cannot ${DOING}: "${option}" is missing`);
      }
      functionOption(options[option], { option, doing: DOING });
    }
    const { maxSessions = 256, sessionIdleMs: idleMs = 300_000, clock = systemClock } = options;
    limit("maxSessions", maxSessions, { min: 1, max: 2 ** 24 });
    limit("sessionIdleMs", idleMs, { min: 0, max: 2 ** 31 - 1 });
    this.#options = options;
    this.#pool = new SessionPool({ maxSessions, idleMs, clock, owner: "its UserSessions" });
  }

  /**
   * Calls with the user's client, and opens a session for the user if there is none.
   *
   * @param user the user's stable name, unique among all users. Never take it from a token that nobody verified.
   * @param call makes one request. It may run a second time, with another client.
   * @throws TypeError if `user` is blank. `TokenError` `ERR_TOKEN_CLOSED` after `close()`. Else what `fetchOf`, `open` and `call` throw.
   */
  async use<Result>(
    user: string,
    call: (client: Client) => Promise<Result>,
    options?: UseSessionOptions,
  ): Promise<Result> {
    const doing = "use a session";
    textOption(user, { option: "user", doing });
    checkOptions(options, { doing, names: USE_NAMES });
    return this.#pool.use({
      key: { name: user, subjectToken: undefined },
      open: () => UserSession.open(user, this.#options),
      work: (session) => session.during(call),
      signal: options?.signal,
    });
  }

  /** Refuses further calls, waits for those under way and closes every session. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** How one call of {@link UserSessions.use} is made. */
export interface UseSessionOptions {
  /** Ends this caller's wait for the session. Hand it to the call as well, which ends its own work. */
  readonly signal?: AbortSignal;
}

/** How {@link UserSessions} makes what it keeps, and how much it keeps. */
export interface UserSessionsOptions<Client> {
  /** Returns the `fetch` that presents a user's token, such as `bearerFetch(tokens, …)`. Called once for each session. */
  readonly fetchOf: (user: string) => typeof globalThis.fetch;
  /** Opens an MCP session. All its requests must go through this `fetch`. */
  readonly open: (fetch: typeof globalThis.fetch, user: string) => Promise<Client>;
  /** Closes what `open` returned. An error of it is ignored. */
  readonly close: (client: Client) => unknown;
  /** The maximum number of sessions. Beyond it the least recently used one is closed after its last call. Default 256. */
  readonly maxSessions?: number;
  /** How long a session may be idle, in milliseconds. There is no timer: the next call of any user closes it. Default 300 000. */
  readonly sessionIdleMs?: number;
  /** Default: the machine's clocks. */
  readonly clock?: Clock;
}

const DOING = "keep user sessions";

const NAMES: OptionNames<UserSessionsOptions<unknown>> = {
  fetchOf: true,
  open: true,
  close: true,
  maxSessions: true,
  sessionIdleMs: true,
  clock: true,
};

const USE_NAMES: OptionNames<UseSessionOptions> = { signal: true };

function limit(option: string, value: number, range: { min: number; max: number }): void {
  numberOption(value, { option, doing: DOING, whole: true, ...range });
}
