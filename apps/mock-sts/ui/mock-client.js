import { EventSourceParserStream } from "eventsource-parser/stream";

/** An error response of the controls. */
export class MockError extends Error {
  /**
   * @param {string} message
   * @param {number} status
   */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/**
 * Says what went wrong, for the user.
 *
 * @param {unknown} error
 */
export function messageOf(error) {
  return error instanceof Error ? error.message : "something went wrong";
}

/** A client of the controls of the mock that served this page. */
export class MockClient {
  /** Sent with each request once the user has entered it; kept in this object only. */
  #adminToken = "";

  /** @param {string} token */
  useAdminToken(token) {
    this.#adminToken = token;
  }

  /** @param {string} path */
  get(path) {
    return this.#ask("GET", path);
  }

  /**
   * @param {string} path
   * @param {unknown} [body]
   */
  post(path, body) {
    return this.#ask("POST", path, body);
  }

  /**
   * @param {string} path
   * @param {unknown} body
   */
  patch(path, body) {
    return this.#ask("PATCH", path, body);
  }

  /** @param {string} path */
  delete(path) {
    return this.#ask("DELETE", path);
  }

  /**
   * Opens the stream of events.
   *
   * @param {number} sinceAnswerId
   */
  async events(sinceAnswerId) {
    const { body } = await this.#send("GET", `/events?sinceAnswerId=${sinceAnswerId}`);
    if (body === null) throw new MockError("the stream is missing", 0);
    return body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @returns {Promise<any>}
   */
  async #ask(method, path, body) {
    const response = await this.#send(method, path, body);
    return response.status === 204 ? undefined : response.json();
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   */
  async #send(method, path, body) {
    const response = await fetch(`/__mock${path}`, {
      method,
      headers: {
        ...(body !== undefined && { "Content-Type": "application/json" }),
        ...(this.#adminToken !== "" && { Authorization: `Bearer ${this.#adminToken}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (response.ok) return response;
    const { message } = await response.json().catch(() => ({}));
    throw new MockError(message ?? `the mock responded with ${response.status}`, response.status);
  }
}
