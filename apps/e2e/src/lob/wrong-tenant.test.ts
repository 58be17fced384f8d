import type { Tenant } from "@agent-oauth/client";
import { describe, expect, it } from "vitest";
import { openMock, rejection } from "../agent.test-support.ts";
import { fragmentOf, openLobAgent, toolOf } from "./lob-agent.test-support.ts";

describe("a tenant that is none", () => {
  it.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["empty", ""],
    ["blank", " \t"],
    ["a function that yields nothing", () => undefined],
    ["a function that yields a blank text", async () => " "],
  ])("(%s) is an error, and never becomes the provider", async (_name, value) => {
    const { client, mock, signIn } = await openLobAgent();
    const tenant = value as Tenant;
    const userToken = await signIn("alice", "tenant-a");
    const tool = toolOf(mock, { tenant: "tenant-a", server: "orders", name: "whoami" });
    const errors = await Promise.all([
      rejection(client.getSystemAuth({ tenant })),
      rejection(client.getUserAuth(userToken, { tenant })),
      rejection(client.callMcpTool(tool, {}, { tenant, userToken })),
      rejection(client.listMcpTools({ tenant, userToken })),
      rejection(client.listAgentCards({ tenant, userToken })),
    ]);
    for (const error of errors) {
      expect(error).toMatchObject(
        typeof value === "function" ? { code: "ERR_TOKEN_PROVIDER" } : { name: "TypeError" },
      );
      expect(String(error)).toMatch(/"tenant" (is|returned) .*leave it out if there is no tenant/);
    }
    expect(mock.recorder.handshakes).toBe(0);
  });

  it.each(["a.b", "-a", "a/b", "tenant-a\n", "ü", "a".repeat(64), "localhost:1", "../x"])(
    "(%j) is no subdomain, and nobody is asked",
    async (tenant) => {
      const { client, mock } = await openLobAgent();
      const calls = [
        client.getSystemAuth({ tenant }),
        client.listMcpTools({ tenant, system: true }),
      ];
      for (const error of await Promise.all(calls.map(rejection))) {
        expect(error).toBeInstanceOf(TypeError);
        expect(String(error)).toContain('"tenant"');
      }
      expect(mock.recorder.handshakes).toBe(0);
    },
  );

  it("is missed where it is left out", async () => {
    const { client, mock, signIn } = await openLobAgent();
    const userToken = await signIn("alice", "tenant-a");
    const calls = [client.getSystemAuth(), client.getUserAuth(userToken)];
    for (const error of await Promise.all(calls.map(rejection))) {
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).toContain('"tenant" is missing');
    }
    expect(mock.recorder.handshakes).toBe(0);
  });
});

describe("a tenant that a function tells", () => {
  it.each<[string, (of: string) => Tenant]>([
    ["a function", (of) => () => of],
    ["an async function", (of) => async () => of],
  ])("is asked at each call: %s", async (_name, tenantOf) => {
    const { client, mock } = await openLobAgent();
    const told = ["tenant-a", "tenant-b", "tenant-a"];
    const gateways: string[] = [];
    for (const of of told) {
      gateways.push((await client.getSystemAuth({ tenant: tenantOf(of) })).gatewayUrl);
    }
    expect(gateways).toEqual(told.map((of) => `${mock.gatewayUrl}/${of}`));
    expect(mock.recorder.count()).toBe(6);
  });

  it("fails the call where the function does, without a word of what it threw", async () => {
    const { client, mock } = await openLobAgent();
    const tenant = () => {
      throw new Error("sentinel-of-the-function");
    };
    const error = await rejection(client.getSystemAuth({ tenant }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_PROVIDER", retryable: false });
    expect(String(error)).not.toContain("sentinel");
    expect(mock.recorder.handshakes).toBe(0);
  });
});

describe("another tenant's", () => {
  it("user gets no token, and the error names tenant, destination and fragment", async () => {
    const { client, mock, signIn, asked } = await openLobAgent();
    const userToken = await signIn("carol", "tenant-b");
    const error = await rejection(client.getUserAuth(userToken, { tenant: "tenant-a" }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_CONFIG", status: 404, retryable: false });
    const names = ["tenant-a", mock.iasDestination, fragmentOf("tenant-a", "ias-user")];
    for (const name of names) expect(String(error)).toContain(JSON.stringify(name));
    expect(String(error)).not.toContain(userToken);
    expect(mock.recorder.count({ route: "destination", status: 200 })).toBe(0);
    expect(asked()).toEqual(["xsuaa-token", "fragments", "destination"]);
  });

  it("service token is not used, though a wrong token URL got it", async () => {
    const mock = await openMock();
    const tokenUrl = () => `${mock.url}/tenant-b/oauth/token`;
    const { client, asked } = await openLobAgent({ mock, flow: { tokenUrl } });
    const error = await rejection(client.getSystemAuth({ tenant: "tenant-a" }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_RESPONSE", retryable: false });
    expect(String(error)).toMatch(/"tenant-a".*another tenant; check the token URL/);
    expect(asked()).toEqual(["xsuaa-token"]);
  });

  it("server refuses the token, which costs one new one", async () => {
    const { client, mock, signIn, asked } = await openLobAgent();
    const userToken = await signIn("alice", "tenant-a");
    const tool = toolOf(mock, { tenant: "tenant-b", server: "orders", name: "whoami" });
    const error = await rejection(client.callMcpTool(tool, {}, { tenant: "tenant-a", userToken }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_REJECTED", retryable: false });
    expect(asked("tenant-b")).toEqual([]);
    expect(asked("tenant-a")).toEqual([
      "xsuaa-token",
      "fragments",
      "destination",
      "fragments",
      "destination",
    ]);
    expect(mock.recorder.count({ tool: "whoami", status: 200 })).toBe(0);
  });
});
