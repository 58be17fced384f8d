import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ControlClient } from "../../../test-support/control-client.ts";
import { type MockSts, startMockSts } from "../../mock-sts.ts";
import { createControlApi } from "./control-api.ts";
import { controlGuard, isLoopback } from "./control-guard.ts";
import { operation } from "./control-operation.ts";

let mock: MockSts;
let client: ControlClient;
let port: string;
beforeAll(async () => {
  // Without TLS a client can send any Host, since it checks no certificate.
  mock = await startMockSts({ insecureHttp: true, controlHosts: ["mock.test"] });
  client = new ControlClient(mock);
  port = new URL(mock.url).port;
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await mock.close();
});

const errorOf = ({ body }: { body: unknown }) => (body as { error?: string } | undefined)?.error;
const get = (headers: Record<string, string>, path = "/state") =>
  client.send("GET", path, { headers });

describe("Host", () => {
  it.each(["localhost", "LOCALHOST", "127.0.0.1", "[::1]", "mock.test"])(
    "may be %s with the mock's port",
    async (host) => {
      expect((await get({ host: `${host}:${port}` })).status).toBe(200);
    },
  );

  it.each([
    ["rebound.attacker.example"],
    ["localhost.attacker.example"],
    ["127.0.0.1.nip.example"],
    ["localhost."],
    ["169.254.169.254"],
  ])("is refused if it is %s, which may resolve to this machine", async (host) => {
    const response = await get({ host: `${host}:${port}` });
    expect([response.status, errorOf(response)]).toEqual([421, "misdirected_request"]);
  });

  it.each(["localhost", "localhost:1", "mock.test:443"])("needs the port: not %s", async (host) => {
    expect((await get({ host })).status).toBe(421);
  });

  it("is checked before anything is done, on every path", async () => {
    const headers = { host: `rebound.attacker.example:${port}` };
    const revoke = { headers, json: { all: true } };
    expect((await client.send("POST", "/revoke", revoke)).status).toBe(421);
    for (const path of ["", "/", "/events", "/openapi.json", "/nothing", "/requests/1"]) {
      expect((await get(headers, path)).status).toBe(421);
    }
  });

  it("is free for the token server itself, which has clients of any name", async () => {
    const response = await client.send("GET", "/../oauth2/certs", {
      headers: { host: "ias.test" },
    });
    expect(response.status).toBe(200);
  });
});

describe("Origin", () => {
  it.each([
    "null",
    "https://attacker.example",
    "http://localhost",
    "http://localhost:1",
    "file://",
  ])("%s is refused", async (origin) => {
    const response = await get({ origin });
    expect([response.status, errorOf(response)]).toEqual([403, "foreign_origin"]);
  });

  it("of another scheme is refused", async () => {
    expect((await get({ origin: `https://localhost:${port}` })).status).toBe(403);
  });

  it("may be the mock's own", async () => {
    for (const origin of [`http://localhost:${port}`, `http://127.0.0.1:${port}`]) {
      expect((await get({ origin })).status).toBe(200);
    }
  });

  it("that is foreign changes nothing, and gets no leave to read", async () => {
    const headers = { origin: "https://attacker.example" };
    mock.controls.tokenLifetimeMs = 5_000;
    const reset = await client.send("POST", "/reset", { headers });
    expect(reset.status).toBe(403);
    expect(mock.controls.tokenLifetimeMs).toBe(5_000);
    const preflight = await client.send("OPTIONS", "/reset", {
      headers: { ...headers, "access-control-request-method": "POST" },
    });
    expect(preflight.status).toBe(403);
    for (const response of [reset, preflight]) {
      expect(Object.keys(response.headers).join()).not.toMatch(/access-control/i);
    }
    mock.controls.reset();
  });

  it("that is the mock's own gets no CORS headers either", async () => {
    const { headers } = await get({ origin: `http://localhost:${port}` });
    expect(Object.keys(headers).join()).not.toMatch(/access-control/i);
  });
});

describe("Sec-Fetch-Site", () => {
  it.each(["cross-site", "same-site", "anything"])("%s is refused", async (site) => {
    expect((await get({ "sec-fetch-site": site })).status).toBe(403);
  });

  it.each(["same-origin", "none"])("%s may pass", async (site) => {
    expect((await get({ "sec-fetch-site": site })).status).toBe(200);
  });
});

describe("Content-Type", () => {
  const send = (type: string | undefined, text?: string) =>
    client.send("POST", "/clock/advance", {
      ...(type !== undefined && { headers: { "content-type": type } }),
      ...(text !== undefined && { text }),
    });

  it.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonp",
    "text/plain; application/json",
    "",
  ])("%j is refused", async (type) => {
    const response = await send(type, '{"ms":1}');
    expect([response.status, errorOf(response)]).toEqual([415, "unsupported_media_type"]);
    expect(mock.controls.clock.offsetMs).toBe(0);
  });

  it("that is missing is refused if there is a body", async () => {
    expect((await send(undefined, '{"ms":1}')).status).toBe(415);
  });

  it("may be JSON with a charset", async () => {
    expect((await send("application/json; charset=utf-8", '{"ms":1}')).status).toBe(200);
    mock.controls.reset();
  });

  it("is not needed without a body", async () => {
    expect((await client.send("POST", "/reset")).status).toBe(204);
  });
});

describe("every response", () => {
  it("can be neither framed, included nor kept", async () => {
    for (const headers of [{}, { origin: "null" }]) {
      expect((await get(headers)).headers).toMatchObject({
        "cache-control": "no-store",
        "cross-origin-resource-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
      });
    }
  });
});

describe("a mock that others can reach", () => {
  it.each([
    ["127.0.0.1", true],
    ["127.8.9.10", true],
    ["::1", true],
    ["::ffff:127.0.0.1", true],
    ["0.0.0.0", false],
    ["::", false],
    ["192.168.0.7", false],
    ["1127.0.0.1", false],
    ["127.0.0.1.example", false],
  ])("is one that is bound to other than loopback: %s", (address, expected) => {
    expect(isLoopback(address)).toBe(expected);
  });

  it("takes the admin token for everything", async () => {
    const operations = [
      operation({ id: "look", method: "get", path: "/look", summary: "", run: () => ({}) }),
    ];
    const onChange = () => {};
    const api = createControlApi({ operations, adminToken: "secret", isExposed: true, onChange });
    const look = async (authorization?: string) =>
      (
        await api.request(
          "/look",
          authorization === undefined ? {} : { headers: { authorization } },
        )
      ).status;
    expect([await look(), await look("Bearer wrong"), await look("Basic secret")]).toEqual([
      401, 401, 401,
    ]);
    expect(await look("Bearer secret")).toBe(200);
  });

  it("knows itself by the addresses of this machine, and by the one it is bound to", async () => {
    const started = { scheme: "https", port: 443, hosts: [] } as const;
    const statusFor = async (address: string, host: string) => {
      const guard = controlGuard({ ...started, address });
      const response = new Response();
      const context = {
        env: { incoming: { headers: { host } } },
        req: { header: () => undefined, raw: new Request("https://localhost/") },
        res: response,
      };
      await guard(context as never, async () => {});
      return context.res.status;
    };
    expect(await statusFor("192.0.2.7", "192.0.2.7")).toBe(200);
    expect(await statusFor("192.0.2.7", "192.0.2.7:443")).toBe(200);
    expect(await statusFor("2001:db8::7", "[2001:db8::7]")).toBe(200);
    expect(await statusFor("192.0.2.7", "192.0.2.8")).toBe(421);
    expect(await statusFor("0.0.0.0", "127.0.0.1")).toBe(200);
    expect(await statusFor("0.0.0.0", "192.0.2.8")).toBe(421);
  });
});
