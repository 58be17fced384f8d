import { describe, expect, it } from "vitest";
import type { RecordedRequest } from "./recorded-request.ts";
import { formatRequest } from "./request-log.ts";

const request: RecordedRequest = {
  id: 1,
  at: Date.parse("2026-10-01T12:00:00Z"),
  listener: "token-server",
  method: "POST",
  path: "/oauth2/token",
  query: [],
  route: "token",
  headers: {},
  tls: { connection: 1, newSocket: true, sessionReused: false, clientCertificate: undefined },
};

describe("formatRequest", () => {
  it("tells who got a token", () => {
    const line = formatRequest({
      ...request,
      grant: "client_credentials",
      clientId: "agent",
      issued: { fingerprint: "0123456789ab", claims: { sub: "agent" } },
      status: 200,
    });
    expect(line).toBe(
      "2026-10-01T12:00:00.000Z token-server POST /oauth2/token client_credentials client=agent sub=agent issued=0123456789ab 200",
    );
  });

  it("tells which tool was called, and why it failed", () => {
    const line = formatRequest({
      ...request,
      listener: "gateway",
      path: "/v1/mcp/a/b",
      route: "mcp",
      mcp: { server: "orders", methods: ["tools/call"], tool: "echo" },
      bearer: { fingerprint: "x", claims: { sub: "alice" } },
      error: "invalid_token",
      status: 401,
    });
    expect(line).toBe(
      "2026-10-01T12:00:00.000Z gateway POST /v1/mcp/a/b tools/call echo sub=alice 401 invalid_token",
    );
  });

  it("tells what an agent was sent", () => {
    const line = formatRequest({
      ...request,
      path: "/v1/a2a/a/b",
      route: "a2a",
      a2a: { version: "1.0", methods: ["SendMessage"] },
      status: 200,
    });
    expect(line).toMatch(/ POST \/v1\/a2a\/a\/b SendMessage 200$/);
  });

  it("tells of a fault and of a request without an answer", () => {
    const line = formatRequest({ ...request, fault: "reset-before-headers" });
    expect(line).toMatch(/fault=reset-before-headers no answer$/);
  });

  it("stays one line of printable characters whatever a client sends", () => {
    const hostile = "a\n\u001b[31mb\u2028ü";
    const line = formatRequest({ ...request, clientId: hostile, grant: hostile });
    expect(line).toMatch(/^[\x20-\x7e]+$/);
  });
});
