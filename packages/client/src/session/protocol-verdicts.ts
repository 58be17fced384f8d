import type { Clock } from "@agent-oauth/core";
import type { PriorDiscovery } from "@modelcontextprotocol/client";

/** An upgraded server still answers the old handshake, so the client learns of the upgrade only after this time. */
const LEGACY_LIFETIME_MS = 3_600_000;

/** Remembers which revisions servers speak, also after their sessions have ended. The oldest verdict is dropped first. */
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
    // Use does not make a verdict younger: otherwise the server would never be asked again.
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
