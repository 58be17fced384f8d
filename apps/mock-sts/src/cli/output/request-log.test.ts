import { describe, expect, it } from "vitest";
import type { RecordedRequest } from "../../recording/recorded-request.ts";
import { formatRequest, requestFields } from "./request-log.ts";

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
      durationMs: 3.4,
    });
    expect(line).toBe(
      "12:00:00 200    3 ms /oauth2/token client_credentials by agent issued 0123456789ab",
    );
  });

  it("tells of an exchange for whom, through whom and for what it was", () => {
    const line = formatRequest({
      ...request,
      path: "/sts/token",
      grant: "urn:ietf:params:oauth:grant-type:token-exchange",
      form: { audience: ["tickets", "payroll"], resource: "urn:sap:name:agent-gateway" },
      clientId: "kagent",
      tenant: "provider-zone",
      subjectToken: { fingerprint: "x", claims: { sub: "alice" } },
      actorToken: { fingerprint: "y", claims: { sub: "agent" } },
      status: 400,
      error: "invalid_target",
      errorDescription: "the audience is \u001bunknown",
      durationMs: 12_345,
    });
    expect(line).toBe(
      "12:00:00 400  12.3 s /sts/token token-exchange alice through agent for tickets, payroll, agent-gateway by kagent in provider-zone invalid_target: the audience is ?unknown",
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
      durationMs: 1,
    });
    expect(line).toBe("12:00:00 401    1 ms orders tools/call echo alice invalid_token");
  });

  it("tells what an agent was sent", () => {
    const line = formatRequest({
      ...request,
      path: "/v1/a2a/a/b",
      route: "a2a",
      agent: "planner",
      a2a: { version: "1.0", methods: ["SendMessage"] },
      status: 200,
    });
    expect(line).toMatch(/^12:00:00 200 +planner SendMessage$/);
  });

  it("shows a fault, and a request without a response", () => {
    const line = formatRequest({ ...request, fault: "reset-before-headers" });
    expect(line).toMatch(/^12:00:00 --- .* fault reset-before-headers no response$/);
  });

  it("stays one line of printable characters whatever a client sends", () => {
    const hostile = "a\n\u001b[31mb\u2028ü";
    const line = formatRequest({ ...request, clientId: hostile, grant: hostile, error: hostile });
    expect(line).toMatch(/^[\x20-\x7e]+$/);
  });
});

describe("requestFields", () => {
  it("picks what a program wants to know, without claims and headers", () => {
    const fields = requestFields({
      ...request,
      route: "mcp",
      issuer: "partner",
      headers: { "user-agent": "sentinel" },
      mcp: { server: "orders", methods: ["tools/call"], tool: "echo" },
      bearer: { fingerprint: "x", claims: { sub: "alice", secret: "sentinel" } },
      status: 200,
      durationMs: 1.6,
    });
    expect(JSON.parse(JSON.stringify(fields))).toEqual({
      id: 1,
      listener: "token-server",
      method: "POST",
      path: "/oauth2/token",
      route: "mcp",
      issuer: "partner",
      subject: "alice",
      mcpServer: "orders",
      mcpMethods: ["tools/call"],
      tool: "echo",
      status: 200,
      durationMs: 2,
    });
  });
});
