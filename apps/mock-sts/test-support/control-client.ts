import { Agent, type Dispatcher, request } from "undici";
import type { MockSts } from "../src/mock-sts.ts";

/** A response of the controls. */
export interface ControlResponse {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  /** Decoded JSON, `undefined` for an empty body. */
  readonly body: unknown;
}

/** A request of a test, sent without additions. */
export interface ControlRequest {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, with its content type. */
  readonly json?: unknown;
  /** Sent as it is. */
  readonly text?: string;
}

/** A client of the controls on real sockets. */
export class ControlClient implements AsyncDisposable {
  readonly #mock: Pick<MockSts, "ca" | "controlUrl" | "adminToken">;
  readonly #dispatcher: Dispatcher;

  constructor(mock: Pick<MockSts, "ca" | "controlUrl" | "adminToken">) {
    this.#mock = mock;
    this.#dispatcher = new Agent({ connect: { ca: mock.ca } });
  }

  /** The header that shows secrets. */
  get admin(): { authorization: string } {
    return { authorization: `Bearer ${this.#mock.adminToken}` };
  }

  async send(
    method: Dispatcher.HttpMethod,
    path: string,
    { headers = {}, json, text }: ControlRequest = {},
  ): Promise<ControlResponse> {
    const response = await request(`${this.#mock.controlUrl}${path}`, {
      method,
      headers: { ...(json !== undefined && { "content-type": "application/json" }), ...headers },
      body: json === undefined ? (text ?? null) : JSON.stringify(json),
      dispatcher: this.#dispatcher,
    });
    const body = await response.body.text();
    return {
      status: response.statusCode,
      headers: response.headers,
      body: body === "" ? undefined : JSON.parse(body),
    };
  }

  /** Returns the response of an operation; fails if it is refused. */
  async get(path: string): Promise<unknown> {
    const { status, body } = await this.send("GET", path);
    if (status === 200) return body;
    throw new Error(`GET ${path} got ${status}: ${JSON.stringify(body)}`);
  }

  /** Does something; fails if it is refused. */
  async post(path: string, json?: unknown): Promise<unknown> {
    const { status, body } = await this.send("POST", path, json === undefined ? {} : { json });
    if (status < 300) return body;
    throw new Error(`POST ${path} got ${status}: ${JSON.stringify(body)}`);
  }

  /** Opens the stream of events. */
  async events(query = "", headers: Record<string, string> = {}): Promise<EventReader> {
    const { body } = await request(`${this.#mock.controlUrl}/events${query}`, {
      headers,
      dispatcher: this.#dispatcher,
    });
    return new EventReader(body);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dispatcher.destroy();
  }
}

/** Reads server-sent events one by one. */
export class EventReader {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #body: Dispatcher.ResponseData["body"];
  #text = "";

  constructor(body: Dispatcher.ResponseData["body"]) {
    this.#body = body;
    this.#chunks = body[Symbol.asyncIterator]();
  }

  /** Returns the fields of the next event; comments are left out. */
  async next(): Promise<Record<string, string>> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end >= 0) {
        const lines = this.#text.slice(0, end).split("\n");
        this.#text = this.#text.slice(end + 2);
        const fields = lines.filter((line) => !line.startsWith(":")).map(splitField);
        if (fields.length > 0) return Object.fromEntries(fields);
        continue;
      }
      const { value, done } = await this.#chunks.next();
      if (done) throw new Error("the stream has ended");
      this.#text += value.toString("utf8");
    }
  }

  close(): void {
    this.#body.destroy();
  }
}

function splitField(line: string): [string, string] {
  const colon = line.indexOf(": ");
  return [line.slice(0, colon), line.slice(colon + 2)];
}
