import type { IncomingHttpHeaders } from "node:http";
import type { Duplex } from "node:stream";
import { setImmediate as eventLoopTurn } from "node:timers/promises";
import type { BearerCall } from "@agent-oauth/core";
import type { Dispatcher } from "undici";
import type { ReplayableBody } from "./replayable-body.ts";

type Controller = Dispatcher.DispatchController;

/** What is read of a refusal's body, so that its connection can be used again; behind it, it is cut off. */
const MAX_DROPPED_BYTES = 65_536;

/**
 * Passes on all that happens to a request, except its first 401: that response is dropped, and the request is sent again with
 * another token.
 */
export class RenewingHandler implements Dispatcher.DispatchHandler {
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #options: RenewingHandlerOptions;
  readonly #cutOff = new Error("The body of a refused request's response is not read to its end");
  /** What was asked before and last, if undici follows redirects below. */
  #asked: readonly URL[] = [];
  /** Set while a 401 is being dropped. */
  #retry: Retry | undefined;
  #droppedBytes = 0;

  constructor(handler: Dispatcher.DispatchHandler, options: RenewingHandlerOptions) {
    this.#handler = handler;
    this.#options = options;
  }

  onRequestStart(controller: Controller, context: unknown): void {
    this.#asked = (context as { readonly history?: readonly URL[] } | undefined)?.history ?? [];
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
    const { url, bearer, body } = this.#options;
    const asked = this.#asked.at(-1) ?? url;
    if (asked.origin !== url.origin) {
      // Another server's word, which did not see the token.
      this.#handler.onResponseStart?.(...args);
      return;
    }
    const again = status === 401 ? body.again() : undefined;
    if (again !== undefined) {
      this.#retry = { renewed: bearer.renew(asked), body: again };
      // Whether it failed is asked when the response has ended.
      this.#retry.renewed.catch(() => {});
      return;
    }
    bearer.answered({ status, headers: { get: (name) => headerText(headers[name]) } });
    this.#handler.onResponseStart?.(...args);
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (this.#retry === undefined) {
      this.#handler.onResponseData?.(controller, chunk);
      return;
    }
    this.#droppedBytes += chunk.length;
    if (this.#droppedBytes > MAX_DROPPED_BYTES) controller.abort(this.#cutOff);
  }

  onResponseEnd(controller: Controller, trailers: IncomingHttpHeaders): void {
    if (this.#retry === undefined) this.#handler.onResponseEnd?.(controller, trailers);
    else void this.#sendAgain(controller, this.#retry);
  }

  onResponseError(controller: Controller, error: Error): void {
    if (this.#retry !== undefined && error === this.#cutOff) {
      void this.#sendAgain(controller, this.#retry);
    } else {
      this.#handler.onResponseError?.(controller, error);
    }
  }

  async #sendAgain(controller: Controller, { renewed, body }: Retry): Promise<void> {
    try {
      const bearer = await renewed;
      // undici frees a connection one turn after its response ended: sent at once, this would open a second one.
      await eventLoopTurn();
      this.#options.send(bearer, body);
    } catch (error) {
      this.#handler.onResponseError?.(controller, error as Error);
    }
  }
}

/** How a {@link RenewingHandler} sends again. */
export interface RenewingHandlerOptions {
  /** Where the request went first. */
  readonly url: URL;
  /** The token that the request was sent with. */
  readonly bearer: BearerCall;
  readonly body: ReplayableBody;
  /** Sends the request once more. */
  readonly send: (bearer: BearerCall, body: ReplayableBody) => void;
}

interface Retry {
  readonly renewed: Promise<BearerCall>;
  readonly body: ReplayableBody;
}

function headerText(value: string | readonly string[] | undefined): string | null {
  return value === undefined ? null : String(value);
}
