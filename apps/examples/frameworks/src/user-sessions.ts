type Fetch = typeof globalThis.fetch;

interface Session<Client> {
  readonly client: Promise<Client>;
  /** Under way. */
  calls: number;
  lost: boolean;
}

/**
 * Keeps an MCP session for each user: servers bind a session to the user who opened it. A server that has forgotten a
 * session answers 404, and none of the frameworks recovers. Here the session is opened again and the call made once
 * more. The 404 is noticed below the framework, as each makes another error of it.
 */
export class UserSessions<Client> {
  readonly #options: UserSessionsOptions<Client>;
  readonly #sessions = new Map<string, Session<Client>>();

  constructor(options: UserSessionsOptions<Client>) {
    this.#options = options;
  }

  /** Calls with the user's client. */
  async use<Result>(user: string, call: (client: Client) => Promise<Result>): Promise<Result> {
    const session = this.#sessionOf(user);
    try {
      return await this.#callIn(session, call);
    } catch (error) {
      if (!session.lost) throw error;
    }
    return this.#callIn(this.#sessionOf(user), call);
  }

  /** Ends all sessions. */
  async close(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.all(sessions.map(({ client }) => client.then(this.#options.close)));
  }

  #sessionOf(user: string): Session<Client> {
    const known = this.#sessions.get(user);
    if (known?.lost === false) return known;
    if (known !== undefined) this.#leave(known);
    const fetch = this.#options.fetchOf(user);
    const client = this.#options.open(async (input, init) => {
      const response = await fetch(input, init);
      if (response.status === 404) session.lost = true;
      return response;
    }, user);
    const session = { client, calls: 0, lost: false };
    this.#sessions.set(user, session);
    client.catch(() => this.#sessions.delete(user));
    return session;
  }

  async #callIn<Result>(
    session: Session<Client>,
    call: (client: Client) => Promise<Result>,
  ): Promise<Result> {
    session.calls++;
    try {
      return await call(await session.client);
    } finally {
      session.calls--;
      if (session.lost) this.#leave(session);
    }
  }

  /** Closes a lost session after its last call: closing it at once would end the calls beside that. */
  #leave({ client, calls }: Session<Client>): void {
    if (calls === 0) client.then(this.#options.close).catch(() => {});
  }
}

/** How {@link UserSessions} makes what it keeps. */
export interface UserSessionsOptions<Client> {
  /** The `fetch` that presents a user's token, such as `bearerFetch(tokens, …)`. */
  readonly fetchOf: (user: string) => Fetch;
  /** Opens an MCP session that sends all its requests by this `fetch`. */
  readonly open: (fetch: Fetch, user: string) => Promise<Client>;
  readonly close: (client: Client) => Promise<unknown>;
}
