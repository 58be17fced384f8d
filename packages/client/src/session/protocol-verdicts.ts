import type { Clock } from "@agent-oauth/core";
import { boundedMap } from "@agent-oauth/core/internal";
import type { PriorDiscovery } from "@modelcontextprotocol/client";

/** An upgraded server still answers the old handshake, so the client learns of the upgrade only after this time. */
const LEGACY_LIFETIME_MS = 3_600_000;

/** Remembers which revisions servers speak, also after their sessions have ended. The least recently used verdict is dropped first. */
export class ProtocolVerdicts {
  readonly #clock: Clock;
  readonly #verdicts: ReturnType<typeof boundedMap<string, Verdict>>;

  constructor({ maxEntries, clock }: { readonly maxEntries: number; readonly clock: Clock }) {
    this.#clock = clock;
    this.#verdicts = boundedMap(maxEntries);
  }

  get(key: string): PriorDiscovery | undefined {
    const verdict = this.#verdicts.get(key);
    if (verdict === undefined) return undefined;
    const age = this.#clock.monotonic() - verdict.at;
    return verdict.prior.kind === "legacy" && age >= LEGACY_LIFETIME_MS ? undefined : verdict.prior;
  }

  set(key: string, prior: PriorDiscovery): void {
    // Use does not make a verdict younger: otherwise the server would never be asked again.
    if (this.get(key) !== undefined) return;
    this.#verdicts.set(key, { prior, at: this.#clock.monotonic() });
  }

  delete(key: string): void {
    this.#verdicts.delete(key);
  }
}

interface Verdict {
  readonly prior: PriorDiscovery;
  readonly at: number;
}
