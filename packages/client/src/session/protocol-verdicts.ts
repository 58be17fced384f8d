import type { Clock } from "@agent-oauth/core";
import type { PriorDiscovery } from "@modelcontextprotocol/client";

/** An upgraded server still answers the old handshake, so that it has none but this to be found out. */
const LEGACY_LIFETIME_MS = 3_600_000;

/** Remembers which revisions servers speak, longer than their sessions last; the least recently learned goes first. */
export class ProtocolVerdicts {
  readonly #limits: { readonly maxEntries: number; readonly clock: Clock };
  readonly #verdicts = new Map<string, { readonly prior: PriorDiscovery; readonly at: number }>();

  constructor(limits: { readonly maxEntries: number; readonly clock: Clock }) {
    this.#limits = limits;
  }

  get(key: string): PriorDiscovery | undefined {
    const verdict = this.#verdicts.get(key);
    if (verdict === undefined) return undefined;
    const age = this.#limits.clock.monotonic() - verdict.at;
    return verdict.prior.kind === "legacy" && age >= LEGACY_LIFETIME_MS ? undefined : verdict.prior;
  }

  set(key: string, prior: PriorDiscovery): void {
    // One that was used is as old as before, or it would never be asked for again.
    if (this.get(key) !== undefined) return;
    this.#verdicts.delete(key);
    this.#verdicts.set(key, { prior, at: this.#limits.clock.monotonic() });
    const [oldest] = this.#verdicts.keys();
    if (oldest !== undefined && this.#verdicts.size > this.#limits.maxEntries) {
      this.#verdicts.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#verdicts.delete(key);
  }
}
