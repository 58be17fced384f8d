import { TokenError } from "@agent-oauth/core";

/** What the responses of one call may take up, all of them together. */
export interface ResponseLimits {
  /** Decompressed; of a stream of events, all of it. */
  readonly maxBytes: number;
  /** How the error names this limit. */
  readonly bytesName: string;
  /** Tools of all pages. Default: no limit. */
  readonly maxTools?: number;
}

/** A server that ends each response at once, to have the next one asked for, ends with this. */
const MAX_RESPONSES = 1_024;

/** A parsed value takes up more than its text; a list of tools has about one for each 40 bytes. */
const BYTES_PER_VALUE = 32;

/** Counts what the responses of one call take up, while they are read. */
export class ResponseBudget {
  readonly #limits: ResponseLimits;
  /** Completes "Cannot …". */
  readonly #doing: string;
  #responses = 0;
  #bytes = 0;
  #values = 0;
  #tools = 0;

  constructor(limits: ResponseLimits, doing: string) {
    this.#limits = limits;
    this.#doing = doing;
  }

  /** @throws TokenError `ERR_TOKEN_RESPONSE` if it is one too many. */
  addResponse(): void {
    if (++this.#responses > MAX_RESPONSES) {
      throw this.#exceeded(`the server needs more than ${MAX_RESPONSES} responses`);
    }
  }

  /** @throws TokenError `ERR_TOKEN_RESPONSE` if they are too many. */
  addBytes(count: number): void {
    const { maxBytes, bytesName } = this.#limits;
    this.#bytes += count;
    if (this.#bytes > maxBytes) {
      throw this.#exceeded(`the server answers more than ${maxBytes} bytes (${bytesName})`);
    }
  }

  /** @throws TokenError `ERR_TOKEN_RESPONSE` if they are too many for the bytes that there may be. */
  addValues(count: number): void {
    const { maxBytes, bytesName } = this.#limits;
    const maxValues = Math.ceil(maxBytes / BYTES_PER_VALUE);
    this.#values += count;
    if (this.#values > maxValues) {
      throw this.#exceeded(
        `the server answers more than ${maxValues} JSON values, one for each ${BYTES_PER_VALUE} bytes of ${maxBytes} (${bytesName})`,
      );
    }
  }

  /** @throws TokenError `ERR_TOKEN_RESPONSE` if they are too many. */
  addTools(count: number): void {
    const { maxTools = Number.POSITIVE_INFINITY } = this.#limits;
    this.#tools += count;
    if (this.#tools > maxTools) {
      throw this.#exceeded(`the server lists more than ${maxTools} tools ("maxTools")`);
    }
  }

  #exceeded(reason: string): TokenError {
    return new TokenError("ERR_TOKEN_RESPONSE", `Cannot ${this.#doing}: ${reason}`);
  }
}
