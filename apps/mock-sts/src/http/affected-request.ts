import type { Context } from "hono";
import type { KeyRings } from "../keys/key-rings.ts";
import type { MockEnv } from "./received-request.ts";

/** A request that a fault affects, and what the faulty response is made from. */
export interface AffectedRequest {
  readonly c: Context<MockEnv>;
  /** Lets the request have its effect, and returns the real response. */
  readonly realResponse: () => Promise<Response>;
  readonly keys: KeyRings;
  /** The mock's time, epoch milliseconds. */
  readonly nowMs: number;
}
