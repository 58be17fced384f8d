import { describe, expect, it } from "vitest";
import { atOnce, rejection } from "../agent.test-support.ts";
import { openLobAgent } from "./lob-agent.test-support.ts";

const BUSY = { status: 429, headers: { "Retry-After": "60" }, body: "sentinel-of-the-body" };

describe.each(["xsuaa-token", "fragments", "destination"] as const)(
  "429 with Retry-After of the route %s",
  (route) => {
    it("leaves the tenant alone for as long as it asks, and the others in peace", async () => {
      const { client, mock, advance, asked } = await openLobAgent();
      mock.controls.failNext(BUSY, { route, tenant: "tenant-a" });
      const authorize = () => client.getSystemAuth({ tenant: "tenant-a" });
      const first = await atOnce(20, () => rejection(authorize()));
      for (const error of first) {
        expect(error).toMatchObject({ status: 429, retryable: true, retryAfterMs: 60_000 });
        expect(String(error)).toContain('"tenant-a"');
        expect(String(error)).not.toContain("sentinel");
      }
      expect(mock.recorder.count({ route })).toBe(1);

      mock.recorder.clear();
      advance(59_999);
      expect(await rejection(authorize())).toMatchObject({ status: 429, retryable: true });
      expect(asked("tenant-a")).toEqual([]);
      expect(await client.getSystemAuth({ tenant: "tenant-b" })).toHaveProperty("gatewayUrl");
      expect(asked("tenant-b")).toEqual(["xsuaa-token", "fragments", "destination"]);

      advance(1);
      expect(await authorize()).toHaveProperty("gatewayUrl");
      const service = route === "xsuaa-token" ? ["xsuaa-token"] : [];
      expect(asked("tenant-a")).toEqual([...service, "fragments", "destination"]);
    });
  },
);

describe("429 while a token is being refreshed ahead", () => {
  it("leaves the old one in use", async () => {
    const { client, mock, advance, happened } = await openLobAgent({
      mock: { tokenLifetimeMs: 600_000 },
    });
    const tenant = "tenant-a";
    const old = await client.getSystemAuth({ tenant });
    advance(500_000);
    mock.controls.failNext(BUSY, { route: "fragments" });
    const failed = happened("refresh-failed");
    const answers = await atOnce(20, () => client.getSystemAuth({ tenant }));
    expect(new Set(answers.map(({ token }) => token))).toEqual(new Set([old.token]));
    expect(await failed).toMatchObject({ code: "ERR_TOKEN_HTTP" });
    expect((await client.getSystemAuth({ tenant })).token).toBe(old.token);
    expect(mock.recorder.count({ route: "fragments" })).toBe(2);
  });
});
