import { boundedMap } from "../collections/bounded-map.ts";
import { TokenError } from "../errors/token-error.ts";
import type { CacheKey } from "../key/cache-key.ts";
import { EndpointGate, type EndpointGateSettings, type Turn } from "./endpoint-gate.ts";

/** A request that must pass a gate. */
export interface GatedRequest {
  readonly key: CacheKey;
  readonly tenant: string | undefined;
}

/** The outcome of a request that passed a gate. */
export interface EndedRequest extends GatedRequest {
  /** The error; `undefined` if the request succeeded. */
  readonly error?: unknown;
}

/** The maximum number of gates. Beyond it the least recently used gate is lifted, and its endpoint counts as up. */
const MAX_TENANTS = 1_024;
const OPEN: Turn = { gate: undefined, phase: 0 };

/** The gates before the token endpoints of all tenants. It keeps a gate only while the last request of the tenant failed. */
export class EndpointGates {
  readonly #settings: EndpointGateSettings;
  readonly #gates = boundedMap<string, EndpointGate>(MAX_TENANTS, (gate) => gate.lift());

  constructor(settings: EndpointGateSettings) {
    this.#settings = settings;
  }

  /** Whether the tenant's endpoint counts as down. */
  isDown(tenant: string | undefined): boolean {
    return this.#of(tenant)?.isDown === true;
  }

  /** Whether a request would have to wait now. */
  isHeld({ key, tenant }: GatedRequest): boolean {
    return this.#of(tenant)?.isHeld(key) === true;
  }

  /** Lets a request pass, at once or when its turn comes; see {@link EndpointGate.enter}. */
  enter({ key, tenant }: GatedRequest): Turn | Promise<Turn> {
    return this.#of(tenant)?.enter(key) ?? OPEN;
  }

  /** Records how a request ended. Tells whether this shows that the endpoint has recovered. */
  leave(turn: Turn, { key, tenant, error }: EndedRequest): boolean {
    const gate = mayBeOutage(error) ? this.#make(tenant) : this.#of(tenant);
    let hasRecovered = false;
    if (mayBeOutage(error)) gate?.failed(error, { key, turn });
    else if (isResponse(error)) hasRecovered = gate?.responded(turn) === true;
    turn.gate?.release(turn);
    if (gate?.isIdle) this.#gates.delete(tenant ?? "");
    return hasRecovered;
  }

  /** Forgets the failures of the keys that pass the test. */
  forgive(test: (key: CacheKey) => boolean): void {
    for (const gate of this.#gates.values()) gate.forgive(test);
  }

  /** Treats all endpoints as up. */
  lift(): void {
    for (const gate of this.#gates.values()) gate.lift();
  }

  /** Ends every wait with the given reason. */
  end(reason: Error): void {
    for (const gate of this.#gates.values()) gate.end(reason);
  }

  #of(tenant: string | undefined): EndpointGate | undefined {
    return this.#gates.get(tenant ?? "");
  }

  #make(tenant: string | undefined): EndpointGate {
    const known = this.#of(tenant);
    if (known !== undefined) return known;
    const gate = new EndpointGate(this.#settings);
    this.#gates.set(tenant ?? "", gate);
    return gate;
  }
}

/** Tells whether another user's request would fail too: the network failed, or the server is overloaded. */
function mayBeOutage(error: unknown): error is TokenError {
  return TokenError.isInstance(error) && error.retryable;
}

/**
 * Tells whether the endpoint responded. A refusal is a response too, so the endpoint works. A mistake of the caller or a bad
 * certificate says nothing about the endpoint.
 */
function isResponse(error: unknown): boolean {
  if (error === undefined) return true;
  if (!TokenError.isInstance(error)) return false;
  return error.status !== undefined || error.code === "ERR_TOKEN_OAUTH";
}
