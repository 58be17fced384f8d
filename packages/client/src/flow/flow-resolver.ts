import { type AccessToken, TokenError } from "@agent-oauth/core";
import type { GatewayFlow, GatewayFlowDetector } from "@agent-oauth/core/gateway";
import { kindOf, listedNames } from "@agent-oauth/core/internal";

/** The flow of a client, given or found at first use. */
export class FlowResolver<T extends AccessToken> {
  readonly #detectors: readonly GatewayFlowDetector<T>[];
  readonly #given: GatewayFlow<T> | undefined;
  /** The flow that a detector made. */
  #found: GatewayFlow<T> | undefined;
  #detection: Promise<GatewayFlow<T>> | undefined;

  /** @throws TypeError unless exactly one of `flow` and `flows` is given. */
  constructor({ flow, flows }: FlowOptions<T>) {
    if ((flow === undefined) === (flows === undefined)) {
      throw new TypeError('Cannot create a client: give either "flow" or "flows"');
    }
    if (flow !== undefined && !isFlow(flow)) {
      throw new TypeError(
        'Cannot create a client: "flow" must be a flow, such as createLobFlow() makes',
      );
    }
    const detectors = flows ?? [];
    if (!Array.isArray(detectors) || detectors.some((detect) => typeof detect !== "function")) {
      throw new TypeError('Cannot create a client: "flows" must be a list of detectors');
    }
    if (flows?.length === 0) throw new TypeError('Cannot create a client: "flows" is empty');
    this.#detectors = detectors;
    this.#given = flow;
  }

  /** Returns the flow. All callers share one detection; a failed detection is repeated at the next call. */
  get(): Promise<GatewayFlow<T>> {
    if (this.known !== undefined) return Promise.resolve(this.known);
    this.#detection ??= this.#detect().finally(() => {
      this.#detection = undefined;
    });
    return this.#detection;
  }

  /** The flow, if it is known by now. */
  get known(): GatewayFlow<T> | undefined {
    return this.#given ?? this.#found;
  }

  /** Closes the flow that a detector made or is about to make. */
  async close(): Promise<void> {
    await this.#detection?.catch(() => {});
    await this.#found?.close();
  }

  async #detect(): Promise<GatewayFlow<T>> {
    for (const detect of this.#detectors) {
      const flow = await detect();
      if (flow === undefined) continue;
      if (!isFlow(flow)) {
        throw new TokenError(
          "ERR_TOKEN_PROVIDER",
          `Cannot find a way to get tokens: a detector returned ${kindOf(flow)}; it must return a flow, or undefined if nothing is configured`,
        );
      }
      this.#found = flow;
      return flow;
    }
    const tried = this.#detectors.map(({ name }, index) => name || `number ${index + 1}`);
    throw new TokenError(
      "ERR_TOKEN_SOURCE_UNAVAILABLE",
      `Cannot find a way to get tokens: nothing is configured here for ${listedNames(tried)}`,
    );
  }
}

function isFlow(flow: GatewayFlow | null | undefined): boolean {
  return typeof flow?.userTokens?.getToken === "function";
}

/** Where the flow of a client comes from. One of the two is required. */
export interface FlowOptions<T extends AccessToken = AccessToken> {
  /** Where tokens and servers come from. The caller closes it. */
  readonly flow?: GatewayFlow<T>;
  /** Called in turn at first use, until one of them finds a flow. The client closes this flow. */
  readonly flows?: readonly GatewayFlowDetector<T>[];
}
