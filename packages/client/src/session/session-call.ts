import type { BearerChallenge, TokenRequest } from "@agent-oauth/core";
import type { Refusal } from "@agent-oauth/core/internal";
import type { StrayError } from "../response/mended-message.ts";
import type { ResponseBudget } from "../response/response-budget.ts";
import type { ToolRun } from "../tools/tool-run.ts";

/** A JSON-RPC message on its way, and the call that it belongs to. */
export interface SentMessage {
  readonly call: SessionCall;
  /** Of a request; `undefined` for everything else. */
  readonly method?: string | undefined;
  readonly id?: unknown;
  /** Whether the response to the request has come. */
  isAnswered?: boolean;
  /** Whether the response comes in an event stream. */
  isStreamed?: boolean;
  /** Whether the event stream had a message that cannot be read. */
  isGarbled?: boolean;
  /** An error without an id that the event stream had: the response, unless there is another one. */
  strayError?: StrayError;
  /** The event after which the stream was last resumed. */
  lastEventId?: string;
  /** How often the stream was resumed. */
  resumes?: number;
  /** Ends the wait for the response: it cannot come any more. */
  giveUp?: () => void;
}

/** A response body that is cancelled with its call. */
interface CallBody {
  cancel(): void;
}

/** One call of a server, as the HTTP requests that belong to it find it. */
export class SessionCall {
  readonly request: TokenRequest;
  readonly budget: ResponseBudget | undefined;
  readonly toolRun: ToolRun | undefined;
  readonly mend: MendResult | undefined;
  /** How the server refused the latest JSON-RPC request, if a new session may help. */
  refusal: Refusal | undefined;
  /** The challenge of the response to the latest JSON-RPC request. */
  challenge: BearerChallenge | undefined;
  readonly #controller = new AbortController();
  readonly #unfollow: () => void;
  readonly #bodies: CallBody[] = [];
  /** HTTP requests without a response yet. */
  #awaited = 0;
  #isEnded = false;
  #stopWaiting: ((reason: unknown) => void) | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor({ request, signal, budget, toolRun, mend }: SessionCallOptions) {
    this.request = request;
    this.budget = budget;
    this.toolRun = toolRun;
    this.mend = mend;
    const follow = () => this.#abort(signal?.reason);
    if (signal?.aborted) follow();
    signal?.addEventListener("abort", follow, { once: true });
    this.#unfollow = () => signal?.removeEventListener("abort", follow);
  }

  /**
   * The signal of this call alone: listeners would pile up on a signal that several calls share. It is aborted when the call
   * is broken off, and not when the call succeeds: the error of an abort costs a quarter of a call.
   */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether the call has ended or was broken off, so that no caller waits for a result any more. */
  get isOver(): boolean {
    return this.#isEnded || this.signal.aborted;
  }

  /** An error of ours that ended the call: the MCP SDK would wrap it beyond recognition. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure;
  }

  /** Keeps why a request of the call could not be sent. */
  note(error: unknown): void {
    this.#failure ??= { error };
  }

  /** Waits for the response to an HTTP request; the end of the call ends the request. */
  async awaiting<R>(response: Promise<R>): Promise<R> {
    this.#awaited++;
    try {
      return await response;
    } finally {
      this.#awaited--;
    }
  }

  /** Cancels the body when the call ends, unless it was read to its end by then. */
  reading(body: CallBody): void {
    if (this.isOver) body.cancel();
    else this.#bodies.push(body);
  }

  /** Ends the call at once: the MCP SDK goes on when the reading of an event stream fails. */
  breakOff(error: unknown): void {
    this.note(error);
    this.#abort(error);
  }

  /** Waits for the result of the call. The wait ends with the call's signal, whatever the work makes of that. */
  result<R>(work: Promise<R>): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#stopWaiting = reject;
      if (this.signal.aborted) reject(this.signal.reason);
      work.then(resolve, reject);
    });
  }

  /** Ends the call: requests without a response are aborted, and bodies that were not read to their end are cancelled. */
  end(): void {
    this.#isEnded = true;
    this.#unfollow();
    if (this.#awaited > 0) this.#controller.abort();
    for (const body of this.#bodies.splice(0)) body.cancel();
  }

  #abort(reason: unknown): void {
    this.#controller.abort(reason);
    this.#stopWaiting?.(this.signal.reason);
  }
}

/** What a {@link SessionCall} is made of. */
export interface SessionCallOptions {
  /** Whose token its HTTP requests present. */
  readonly request: TokenRequest;
  /** Ends the call. */
  readonly signal?: AbortSignal | undefined;
  /** What its responses may take up. Default: no limit, for a caller that reads with a limit of its own. */
  readonly budget?: ResponseBudget | undefined;
  /** Given at tool calls: whether the tool may have run. */
  readonly toolRun?: ToolRun | undefined;
  /** Default: results are left as they are. */
  readonly mend?: MendResult | undefined;
}

/** Mends a result in place, before the MCP SDK checks it. `isModern` says that the server speaks revision 2026-07-28 or later. */
export type MendResult = (result: Record<string, unknown>, isModern: boolean) => void;
