import { setImmediate as eventLoopTurn } from "node:timers/promises";
import { TokenError } from "@agent-oauth/core";
import { Agent, buildConnector, type Dispatcher } from "undici";
import type { CheckedPair } from "./certificate-pair.ts";
import { type ClientCertificate, currentPair } from "./client-certificate.ts";
import type { DispatcherTls } from "./dispatcher-tls.ts";
import { createTlsObserver, type TlsObserver } from "./tls-observer.ts";

/** The sockets that present one certificate, or none. */
export interface Connection {
  readonly dispatcher: Dispatcher;
  readonly pair: CheckedPair | undefined;
  readonly observer: TlsObserver;
  /** Whether the dispatcher was made here, not by the option `dispatcher`. */
  readonly isOwn: boolean;
}

/** How connections are made. */
export interface ConnectionsOptions {
  readonly certificate: ClientCertificate | undefined;
  readonly ca: readonly string[] | undefined;
  readonly connectTimeoutMs: number;
  /** Makes the dispatcher in place of an `Agent`. */
  readonly dispatcher: ((tls: DispatcherTls) => Dispatcher) | undefined;
}

/** Longer than an agent thinks between two calls, shorter than load balancers keep an idle connection. */
const KEEP_ALIVE_MS = 30_000;

/** Keeps the dispatcher that presents the current certificate, and lets those of replaced ones finish their work. */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #open = new Set<Lease>();
  #current: Lease | undefined;
  #closed = false;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /** Runs the work on connections of the certificate that is current when it begins. */
  async use<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    // undici frees a connection one turn after its response was read: a request that follows at once would open a second one.
    await eventLoopTurn();
    const lease = this.#take();
    lease.users++;
    try {
      return await work(lease.connection);
    } finally {
      lease.users--;
      if (lease !== this.#current) this.#retire(lease);
    }
  }

  /** Ends all connections at once. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#open].map(({ connection }) => connection.dispatcher.destroy()));
  }

  #take(): Lease {
    if (this.#closed) throw closedError();
    const { certificate } = this.#options;
    const pair = certificate && currentPair(certificate);
    const old = this.#current;
    if (old !== undefined && old.connection.pair === pair) return old;
    const lease = { connection: connect(pair, this.#options), users: 0 };
    this.#open.add(lease);
    this.#current = lease;
    if (old !== undefined) this.#retire(old);
    return lease;
  }

  /** Closing waits for responses being read, but refuses requests that were not handed over yet: users come first. */
  #retire(lease: Lease): void {
    if (lease.users > 0) return;
    const forget = () => this.#open.delete(lease);
    lease.connection.dispatcher.close().then(forget, forget);
  }
}

/** Says that the connections are closed. */
export function closedError(): TokenError {
  return new TokenError("ERR_TOKEN_CLOSED", "Cannot send a request: the connections are closed");
}

interface Lease {
  readonly connection: Connection;
  users: number;
}

function connect(pair: CheckedPair | undefined, options: ConnectionsOptions): Connection {
  const { ca, connectTimeoutMs, dispatcher } = options;
  const tls: DispatcherTls = {
    connectTimeoutMs,
    ...(pair && { certificate: pair.certificate, key: pair.key }),
    ...(ca && { ca: [...ca] }),
  };
  const observer = createTlsObserver();
  const made = dispatcher === undefined ? agent(tls, observer) : dispatcher(tls);
  if (typeof made?.dispatch !== "function") {
    throw new TypeError('Cannot connect: "dispatcher" must return an undici Dispatcher');
  }
  return { pair, observer, dispatcher: made, isOwn: dispatcher === undefined };
}

function agent({ certificate, key, ca, connectTimeoutMs }: DispatcherTls, observer: TlsObserver) {
  const connector = buildConnector({
    timeout: connectTimeoutMs,
    allowH2: false, // How connections fail is known for HTTP/1.1 only.
    ...(ca && { ca }),
    ...(certificate && { cert: certificate }),
    ...(key && { key }),
  });
  return new Agent({
    connect: observer.watch(connector),
    keepAliveTimeout: KEEP_ALIVE_MS,
    // A token request has its own limit, and an MCP stream may be silent for longer than undici's five minutes.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}
