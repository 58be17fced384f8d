import { TokenError } from "@agent-oauth/core";

/** The limits of all responses of one call together. */
export interface ResponseLimits {
  /** Decompressed, and for an event stream the whole stream. */
  readonly maxBytes: number;
  /** How the error names this limit. */
  readonly bytesName: string;
  /** Tools of all pages. Default: no limit. */
  readonly maxTools?: number;
}

/** Stops a server that ends each response at once, so that the client asks for the next one without end. */
const MAX_RESPONSES = 1_024;

/** A parsed value takes more memory than its text. A list of tools has about one value for each 40 bytes. */
const BYTES_PER_VALUE = 32;

/** Counts the responses of one call while they are read. */
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
