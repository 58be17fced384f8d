import { describe, expect, it } from "vitest";
import { createFaults, type Fault } from "./faults.ts";
import type { RecordedRequest } from "./recorded-request.ts";

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

const statusOf = (fault: Fault | undefined) => fault && "answer" in fault && fault.answer.status;

describe("createFaults", () => {
  it("strikes in the order faults were set, each as often as it says", async () => {
    const faults = createFaults();
    faults.fail({ status: 500 }, {});
    faults.fail({ status: 429 }, { times: 2 });
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push(statusOf(await faults.strike(request)));
    expect(statuses).toEqual([500, 429, 429, undefined]);
  });

  it("waits out one delay per request, and then strikes", async () => {
    const waits: number[] = [];
    const faults = createFaults(async (delayMs) => waits.push(delayMs));
    faults.delay(200, { route: "token" });
    faults.fail({ status: 503 }, {});
    expect(statusOf(await faults.strike({ ...request, route: "jwks" }))).toBe(503);
    expect(waits).toEqual([]);
    expect(await faults.strike(request)).toBeUndefined();
    expect(await faults.strike(request)).toBeUndefined();
    expect(waits).toEqual([200]);
  });

  it("is empty after a reset", async () => {
    const faults = createFaults();
    faults.fail({ status: 500 }, { times: Number.POSITIVE_INFINITY });
    expect(statusOf(await faults.strike(request))).toBe(500);
    faults.reset();
    expect(await faults.strike(request)).toBeUndefined();
  });
});
