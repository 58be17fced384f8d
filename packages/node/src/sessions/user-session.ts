import { AsyncLocalStorage } from "node:async_hooks";
import { type PooledSession, SessionLostError } from "@agent-oauth/core/internal";
import { isMessage, requestRefusal } from "./request-refusal.ts";

type Fetch = typeof globalThis.fetch;

/** What the server made of the messages of one call. */
interface CallRecord {
  /** How many messages the server took, or may have taken. */
  taken: number;
  /** Whether the server refused a message since it did not know the session. */
  metLoss: boolean;
}

/**
 * One user's session with its client.
 *
 * Frameworks make errors of their own of a 404, so a loss is noticed below them, in `fetch`. Calls run side by side on one client:
 * an `AsyncLocalStorage` tells which call a message belongs to.
 */
export class UserSession<Client> implements PooledSession {
  readonly #client: Client;
  readonly #close: UserSessionInit<Client>["close"];
  readonly #calls: AsyncLocalStorage<CallRecord>;
  readonly #state: { isLost: boolean };

  /** Opens a session for a user. */
  static open<Client>(
    user: string,
    { fetchOf, open, close }: UserSessionInit<Client>,
  ): Promise<UserSession<Client>> {
    const calls = new AsyncLocalStorage<CallRecord>();
    const state = { isLost: false };
    const fetch = watched(fetchOf(user), { calls, state });
    return open(fetch, user).then((client) => new UserSession(client, { close, calls, state }));
  }

  private constructor(client: Client, { close, calls, state }: UserSessionParts<Client>) {
    this.#client = client;
    this.#close = close;
    this.#calls = calls;
    this.#state = state;
  }

  get isLost(): boolean {
    return this.#state.isLost;
  }

  /** @throws SessionLostError if a message of the call met the loss; repeatable if the server took no message of it. */
  async during<Result>(call: (client: Client) => Promise<Result>): Promise<Result> {
    const record: CallRecord = { taken: 0, metLoss: false };
    try {
      return await this.#calls.run(record, () => call(this.#client));
    } catch (error) {
      if (!record.metLoss) throw error;
      throw new SessionLostError(error, { repetition: record.taken === 0 ? "always" : "never" });
    }
  }

  async end(): Promise<void> {
    await this.#close(this.#client);
  }
}

/** How a session is opened and closed. */
export interface UserSessionInit<Client> {
  readonly fetchOf: (user: string) => Fetch;
  readonly open: (fetch: Fetch, user: string) => Promise<Client>;
  readonly close: (client: Client) => unknown;
}

interface Watch {
  readonly calls: AsyncLocalStorage<CallRecord>;
  readonly state: { isLost: boolean };
}

interface UserSessionParts<Client> extends Watch, Pick<UserSessionInit<Client>, "close"> {}

/** Makes a fetch that records what the server makes of each message. */
function watched(fetch: Fetch, { calls, state }: Watch): Fetch {
  return async (input, init) => {
    if (!isMessage({ input, init })) return fetch(input, init);
    const call = calls.getStore();
    // A message counts as taken until its response says otherwise: without a response, nobody knows.
    if (call !== undefined) call.taken++;
    const response = await fetch(input, init);
    const refusal = await requestRefusal(response, { input, init });
    if (refusal === "session") state.isLost = true;
    if (refusal !== undefined && call !== undefined) {
      call.taken--;
      call.metLoss ||= refusal === "session";
    }
    return response;
  };
}
