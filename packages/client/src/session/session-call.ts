import type { TokenRequest } from "@agent-oauth/core";
import type { ToolRun } from "../tools/tool-run.ts";
import type { ResponseBudget } from "./response-budget.ts";
import type { Refusal } from "./session-refusal.ts";

/** What a {@link SessionCall} is made of. */
export interface SessionCallOptions {
  /** Whose token its HTTP requests present. */
  readonly request: TokenRequest;
  /** Ends the call. */
  readonly signal?: AbortSignal | undefined;
  /** What its responses may take up. Default: no limit, for one who reads with a limit of its own. */
  readonly budget?: ResponseBudget | undefined;
  /** Given at tool calls: whether the tool may have run. */
  readonly toolRun?: ToolRun | undefined;
}

/** A JSON-RPC message on its way, and the call that it belongs to. */
export interface SentMessage {
  readonly call: SessionCall;
  /** Of a request; `undefined` for everything else. */
  readonly method?: string | undefined;
  readonly id?: unknown;
}

/** One call of a server, as the HTTP requests that belong to it find it. */
export class SessionCall {
  readonly request: TokenRequest;
  readonly budget: ResponseBudget | undefined;
  readonly toolRun: ToolRun | undefined;
  /** How the server refused the latest JSON-RPC request, if it did so with 400 or 404. */
  refusal: Refusal | undefined;
  readonly #over = new AbortController();
  readonly #unfollow: () => void;
  #failure: { readonly error: unknown } | undefined;

  constructor({ request, signal, budget, toolRun }: SessionCallOptions) {
    this.request = request;
    this.budget = budget;
    this.toolRun = toolRun;
    const follow = () => this.#over.abort(signal?.reason);
    if (signal?.aborted) follow();
    signal?.addEventListener("abort", follow, { once: true });
    this.#unfollow = () => signal?.removeEventListener("abort", follow);
  }

  /** Aborted when the call is over, or broken off. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** An error of ours that ended the call: the MCP SDK would wrap it beyond recognition. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure;
  }

  /** Keeps why a request of the call could not be sent. */
  note(error: unknown): void {
    this.#failure ??= { error };
  }

  /** Ends the call at once: the MCP SDK goes on when the reading of an event stream fails. */
  breakOff(error: unknown): void {
    this.note(error);
    this.#over.abort(error);
  }

  /** Takes note that nobody waits any more. */
  end(): void {
    this.#unfollow();
    this.#over.abort();
  }
}
