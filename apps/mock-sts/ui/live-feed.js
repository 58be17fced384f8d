/** @import { Model } from "./model.js" */
/** @import { RecordedRequest, State } from "./mock-data.ts" */
import { MockError } from "./mock-client.js";
import { MAX_REQUESTS, withRequest } from "./request-history.js";

/** Least time between two readings of the state, in milliseconds. */
const REFRESH_INTERVAL_MS = 250;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 8_000;

/** Keeps the model up to date with the mock, as long as the page is open. */
export class LiveFeed {
  #model;
  #mock;
  #onChange;
  /** Requests that the mock must have counted by now: fewer of them mean that the log was cleared. */
  #counted = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #refresh;
  /** Whether the mock may have changed since the state was last asked for. */
  #isStale = false;
  #wakeUp = () => {};

  /**
   * @param {Model} model
   * @param {{ mock: import("./mock-client.js").MockClient, onChange: (isNewState: boolean) => void }} options
   */
  constructor(model, { mock, onChange }) {
    this.#model = model;
    this.#mock = mock;
    this.#onChange = onChange;
  }

  /** Follows the mock, and reconnects whenever the connection ends. */
  async follow() {
    let retryMs = FIRST_RETRY_MS;
    for (;;) {
      try {
        const since = await this.#load();
        const events = await this.#mock.events(since);
        this.#connectionIs("live");
        retryMs = FIRST_RETRY_MS;
        for await (const event of events) this.#take(event);
        this.#connectionIs("lost");
      } catch (error) {
        this.#connectionIs(error instanceof MockError && error.status === 401 ? "locked" : "lost");
      }
      await this.#pause(retryMs);
      retryMs = Math.min(2 * retryMs, LAST_RETRY_MS);
    }
  }

  /** Reconnects at once, if it is waiting. */
  retry() {
    this.#wakeUp();
  }

  /** Reads the state soon; many calls make one reading. */
  refresh() {
    this.#isStale = true;
    this.#refresh ??= setTimeout(() => this.#readState(), REFRESH_INTERVAL_MS);
  }

  async #load() {
    const model = this.#model;
    this.#takeState(await this.#mock.get("/state"));
    model.scenarios = (await this.#mock.get("/scenarios")).scenarios;
    return await this.#loadRequests();
  }

  async #loadRequests() {
    const { requests, lastAnswerId } = await this.#mock.get(`/requests?limit=${MAX_REQUESTS}`);
    this.#model.requests = requests;
    this.#onChange(true);
    return lastAnswerId;
  }

  /** @param {{ event?: string | undefined, data: string }} event */
  #take({ event, data }) {
    if (event === "request") {
      this.#counted++;
      this.#model.requests = withRequest(this.#model.requests, JSON.parse(data));
      this.#onChange(false);
    }
    this.refresh();
  }

  async #readState() {
    this.#isStale = false;
    try {
      const before = this.#counted;
      const state = await this.#mock.get("/state");
      this.#takeState(state);
      if (state.counts.requests < before) await this.#loadRequests();
      this.#onChange(true);
    } catch {
      // The stream ends too, and following starts again.
    } finally {
      this.#refresh = undefined;
      // Changes during the reading are not in it.
      if (this.#isStale) this.refresh();
    }
  }

  /** @param {State} state */
  #takeState(state) {
    this.#model.state = state;
    this.#model.stateReadAt = Date.now();
    this.#counted = state.counts.requests;
  }

  /** @param {Model["connection"]} connection */
  #connectionIs(connection) {
    this.#model.connection = connection;
    this.#onChange(false);
  }

  /** @param {number} ms */
  async #pause(ms) {
    await new Promise((resolve) => {
      this.#wakeUp = () => resolve(undefined);
      // The user is asked for the token only once.
      if (this.#model.connection !== "locked") setTimeout(resolve, ms);
    });
  }
}
