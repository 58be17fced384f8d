import type { IncomingHttpHeaders } from "node:http";
import type { Duplex } from "node:stream";
import { setImmediate as eventLoopTurn } from "node:timers/promises";
import type { BearerCall } from "@agent-oauth/core";
import { type Dispatcher, FormData } from "undici";

type Controller = Dispatcher.DispatchController;

/** How a {@link RenewingHandler} sends again. */
export interface RenewingHandlerOptions {
  /** The token that the request was sent with. */
  readonly bearer: BearerCall;
  /** Whether the body can be sent twice. */
  readonly replayable: boolean;
  /** Sends the request with another token. */
  readonly send: (bearer: BearerCall, handler: Dispatcher.DispatchHandler) => void;
}

/** What is read of a refusal's body, so that its connection can be used again; behind it, it is cut off. */
const MAX_DROPPED_BYTES = 65_536;

/**
 * Hands on all that happens to a request but its first 401: that answer is dropped, and the request is sent again with
 * another token.
 */
export class RenewingHandler implements Dispatcher.DispatchHandler {
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #options: RenewingHandlerOptions;
  readonly #cutOff = new Error("The body of a refused request's answer is not read to its end");
  /** Set while a 401 is being dropped. */
  #renewed: Promise<BearerCall> | undefined;
  #droppedBytes = 0;

  constructor(handler: Dispatcher.DispatchHandler, options: RenewingHandlerOptions) {
    this.#handler = handler;
    this.#options = options;
  }

  onRequestStart(controller: Controller, context: unknown): void {
    this.#handler.onRequestStart?.(controller, context);
  }

  onRequestUpgrade(
    ...args: [Controller, status: number, headers: IncomingHttpHeaders, socket: Duplex]
  ): void {
    this.#handler.onRequestUpgrade?.(...args);
  }

  onResponseStarted(): void {
    this.#handler.onResponseStarted?.();
  }

  onBodySent(chunk: Buffer): void {
    this.#handler.onBodySent?.(chunk);
  }

  onRequestSent(): void {
    this.#handler.onRequestSent?.();
  }

  onResponseStart(
    ...args: [Controller, status: number, headers: IncomingHttpHeaders, statusMessage?: string]
  ): void {
    const [, status, headers] = args;
    const { bearer, replayable } = this.#options;
    if (status === 401 && replayable) {
      this.#renewed = bearer.renew();
      // Whether it failed is asked when the answer has ended.
      this.#renewed.catch(() => {});
      return;
    }
    bearer.answered({ status, headers: { get: (name) => headerText(headers[name]) } });
    this.#handler.onResponseStart?.(...args);
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (this.#renewed === undefined) {
      this.#handler.onResponseData?.(controller, chunk);
      return;
    }
    this.#droppedBytes += chunk.length;
    if (this.#droppedBytes > MAX_DROPPED_BYTES) controller.abort(this.#cutOff);
  }

  onResponseEnd(controller: Controller, trailers: IncomingHttpHeaders): void {
    if (this.#renewed === undefined) this.#handler.onResponseEnd?.(controller, trailers);
    else void this.#sendAgain(controller, this.#renewed);
  }

  onResponseError(controller: Controller, error: Error): void {
    if (this.#renewed !== undefined && error === this.#cutOff) {
      void this.#sendAgain(controller, this.#renewed);
    } else {
      this.#handler.onResponseError?.(controller, error);
    }
  }

  async #sendAgain(controller: Controller, renewed: Promise<BearerCall>): Promise<void> {
    const { send } = this.#options;
    try {
      const bearer = await renewed;
      // undici frees a connection one turn after its answer ended: sent at once, this would open a second one.
      await eventLoopTurn();
      send(bearer, new RenewingHandler(this.#handler, { bearer, send, replayable: false }));
    } catch (error) {
      this.#handler.onResponseError?.(controller, error as Error);
    }
  }
}

/** Tells whether a body of undici's can be sent twice. */
export function isReplayable(body: unknown): boolean {
  return (
    body === undefined ||
    body === null ||
    typeof body === "string" ||
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body) ||
    body instanceof Blob ||
    body instanceof FormData
  );
}

function headerText(value: string | readonly string[] | undefined): string | null {
  return value === undefined ? null : String(value);
}
