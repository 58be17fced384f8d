import { boundedMap } from "../collections/bounded-map.ts";
import { TokenError } from "../errors/token-error.ts";
import type { CacheKey } from "../key/cache-key.ts";
import { EndpointGate, type EndpointGateSettings, type Turn } from "./endpoint-gate.ts";

/** A request before a gate. */
export interface GatedRequest {
  readonly key: CacheKey;
  readonly tenant: string | undefined;
}

/** How a request that was let through ended. */
export interface EndedRequest extends GatedRequest {
  /** `undefined` if it brought a token. */
  readonly error?: unknown;
}

/** Tenants whose endpoint is remembered to be in trouble; beyond it the one not asked for longest is held to be up. */
const MAX_TENANTS = 1_024;
const OPEN: Turn = { gate: undefined, phase: 0 };

/** The gates before the token endpoints of all tenants. Only one whose last request failed is remembered. */
export class EndpointGates {
  readonly #settings: EndpointGateSettings;
  readonly #gates = boundedMap<string, EndpointGate>(MAX_TENANTS, (gate) => gate.lift());

  constructor(settings: EndpointGateSettings) {
    this.#settings = settings;
  }

  /** Whether the tenant's endpoint is held to be down. */
  isDown(tenant: string | undefined): boolean {
    return this.#of(tenant)?.isDown === true;
  }

  /** Whether a request would have to wait if it came now. */
  isHeld({ key, tenant }: GatedRequest): boolean {
    return this.#of(tenant)?.isHeld(key) === true;
  }

  /** Lets a request through, at once or when its turn comes; see {@link EndpointGate.enter}. */
  enter({ key, tenant }: GatedRequest): Turn | Promise<Turn> {
    return this.#of(tenant)?.enter(key) ?? OPEN;
  }

  /** Takes note of how a request ended. Tells whether the endpoint has recovered by that. */
  leave(turn: Turn, { key, tenant, error }: EndedRequest): boolean {
    const gate = mayBeOutage(error) ? this.#make(tenant) : this.#of(tenant);
    let hasRecovered = false;
    if (mayBeOutage(error)) gate?.failed(error, { key, turn });
    else if (isResponse(error)) hasRecovered = gate?.responded(turn) === true;
    turn.gate?.release(turn);
    if (gate?.isIdle) this.#gates.delete(tenant ?? "");
    return hasRecovered;
  }

  /** Takes it that the keys which pass the test never failed. */
  forgive(test: (key: CacheKey) => boolean): void {
    for (const gate of this.#gates.values()) gate.forgive(test);
  }

  /** Holds all endpoints to be up. */
  lift(): void {
    for (const gate of this.#gates.values()) gate.lift();
  }

  /** Ends every wait. */
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

/** What another user's request would meet as well: the network, or a server that is overloaded. */
function mayBeOutage(error: unknown): error is TokenError {
  return TokenError.isInstance(error) && error.retryable;
}

/** A refusal is a response too: the endpoint works. A mistake of the caller, or a bad certificate, says nothing about that. */
function isResponse(error: unknown): boolean {
  if (error === undefined) return true;
  if (!TokenError.isInstance(error)) return false;
  return error.status !== undefined || error.code === "ERR_TOKEN_OAUTH";
}
