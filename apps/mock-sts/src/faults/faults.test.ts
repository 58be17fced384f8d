import { describe, expect, it } from "vitest";
import type { RecordedRequest } from "../recording/recorded-request.ts";
import type { FaultSpec } from "./fault-schema.ts";
import { createFaults } from "./faults.ts";

const request: RecordedRequest = {
  id: 1,
  at: 0,
  listener: "token-server",
  method: "POST",
  path: "/oauth2/token",
  query: [],
  route: "token",
  headers: {},
  tls: { connection: 1, newSocket: true, sessionReused: false, clientCertificate: undefined },
};

const status = (code: number, match: FaultSpec["match"] = {}): FaultSpec => ({
  match,
  effect: { kind: "status", status: code },
});

/** The statuses that so many equal requests get; `undefined` for one that no fault hits. */
async function effects(faults: ReturnType<typeof createFaults>, count: number) {
  const statuses = [];
  for (let i = 0; i < count; i++) {
    const effect = await faults.apply(request);
    statuses.push(effect?.kind === "status" ? effect.status : undefined);
  }
  return statuses;
}

describe("createFaults", () => {
  it("applies in the order faults were set, each as often as it says", async () => {
    const faults = createFaults();
    faults.add(status(500));
    faults.add(status(429, { times: 2 }));
    expect(await effects(faults, 4)).toEqual([500, 429, 429, undefined]);
    expect(faults.list()).toEqual([]);
  });

  it("waits out one delay per request, and then applies the next fault", async () => {
    const waits: number[] = [];
    const faults = createFaults({ sleep: async (delayMs) => waits.push(delayMs) });
    faults.add({ match: { route: "token" }, effect: { kind: "delay", delayMs: 200 } });
    faults.add(status(503));
    expect(await faults.apply({ ...request, route: "jwks" })).toMatchObject({ status: 503 });
    expect(waits).toEqual([]);
    expect(await effects(faults, 2)).toEqual([undefined, undefined]);
    expect(waits).toEqual([200]);
  });

  it("begins with the nth match", async () => {
    const faults = createFaults();
    faults.add(status(503, { nth: 3, times: 2 }));
    expect(await effects(faults, 5)).toEqual([undefined, undefined, 503, 503, undefined]);
  });

  it("hits the share it says, and the same requests for the same seed", async () => {
    const hits = async (seed: number) => {
      const faults = createFaults();
      faults.add(status(503, { times: "unlimited", probability: 0.25, seed }));
      return effects(faults, 4_000);
    };
    const first = await hits(7);
    const count = first.filter((it) => it === 503).length;
    expect(count).toBeGreaterThan(900);
    expect(count).toBeLessThan(1_100);
    expect(await hits(7)).toEqual(first);
    expect(await hits(8)).not.toEqual(first);
  });

  it("lists what is set and how often it hit, and takes it back", async () => {
    const faults = createFaults();
    const { id } = faults.add(status(500, { times: 2 }));
    await faults.apply(request);
    expect(faults.list()).toMatchObject([{ id, hits: 1, effect: { status: 500 } }]);
    expect([faults.remove(id), faults.remove(id)]).toEqual([true, false]);
    expect(await effects(faults, 1)).toEqual([undefined]);
  });

  it("refuses handshakes of the listener it names, and no requests", async () => {
    const faults = createFaults();
    faults.add({ match: { listener: "gateway" }, effect: { kind: "tls-refusal" } });
    expect(await effects(faults, 1)).toEqual([undefined]);
    const listeners = ["token-server", "gateway", "gateway"] as const;
    expect(listeners.map(faults.refusesHandshake)).toEqual([false, true, false]);
  });

  it("is empty after a reset", async () => {
    const faults = createFaults();
    faults.add(status(500, { times: "unlimited" }));
    expect(await effects(faults, 1)).toEqual([500]);
    faults.reset();
    expect(await effects(faults, 1)).toEqual([undefined]);
  });
});
