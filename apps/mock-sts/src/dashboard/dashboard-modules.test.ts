import { describe, expect, it } from "vitest";
import { EFFECTS, PLACES } from "../../ui/fault-effects.js";
import { readFault } from "../../ui/fault-form-data.js";
import { effectText, matchText } from "../../ui/fault-text.js";
import { mockNow } from "../../ui/mock-time.js";
import { actionOf, audienceOf, kindOf, outcomeOf, partiesOf } from "../../ui/request-facts.js";
import { MAX_REQUESTS, withRequest } from "../../ui/request-history.js";
import { durationText, parseSpan, spanText } from "../../ui/spans-of-time.js";
import { faultEffectSchema, faultSchema } from "../faults/fault-schema.ts";
import type { RecordedRequest } from "../recording/recorded-request.ts";

const request = (fields: Partial<RecordedRequest>): RecordedRequest => ({
  id: 1,
  at: 0,
  listener: "token-server",
  method: "POST",
  path: "/",
  query: [],
  route: "unknown",
  headers: {},
  tls: { connection: 1, newSocket: true, sessionReused: false, clientCertificate: undefined },
  ...fields,
});

describe("spans of time", () => {
  it.each([
    [0, "0 s"],
    [999, "0 s"],
    [1_000, "1 s"],
    [59_999, "59 s"],
    [60_000, "1 min"],
    [3_599_000, "59 min 59 s"],
    [3_600_000, "1 h"],
    [90_061_000, "1 d 1 h"],
    [-5_000, "5 s"],
  ])("%i ms are written %j", (ms, text) => expect(spanText(ms)).toBe(text));

  it.each([
    ["90", 90_000],
    ["90s", 90_000],
    [" 5 min ", 300_000],
    ["5m", 300_000],
    ["1.5h", 5_400_000],
    ["-2d", -172_800_000],
    ["", undefined],
    ["soon", undefined],
    ["5 weeks", undefined],
  ])("%j is read as %s ms", (text, ms) => expect(parseSpan(text)).toBe(ms));

  it.each([
    [undefined, ""],
    [0.26, "0.3 ms"],
    [12.4, "12 ms"],
    [9_999, "9999 ms"],
    [12_345, "12.3 s"],
  ])("a request of %s ms took %j", (ms, text) => expect(durationText(ms)).toBe(text));
});

describe("mockNow", () => {
  it("goes on from when the state was read, but for a clock that is frozen", () => {
    const clock = { now: 5_000, offsetMs: 0, frozen: true };
    const model = { state: { clock } as never, stateReadAt: Date.now() - 60_000 };
    expect(mockNow(model)).toBe(5_000);
    clock.frozen = false;
    expect(mockNow(model)).toBeGreaterThanOrEqual(65_000);
  });
});

describe("withRequest", () => {
  const ids = (requests: readonly RecordedRequest[]) => requests.map(({ id }) => id);

  it("keeps the order of arrival, whatever the order of the responses", () => {
    const list = [3, 1, 2].reduce<readonly RecordedRequest[]>(
      (all, id) => withRequest(all, request({ id })),
      [],
    );
    expect(ids(list)).toEqual([1, 2, 3]);
  });

  it("puts a request in its own place when its response comes", () => {
    const waiting = [request({ id: 1 }), request({ id: 2 })];
    const list = withRequest(waiting, request({ id: 1, status: 200 }));
    expect(list.map(({ id, status }) => [id, status])).toEqual([
      [1, 200],
      [2, undefined],
    ]);
  });

  it("drops the oldest beyond what is kept", () => {
    let list: readonly RecordedRequest[] = [];
    for (let id = 1; id <= MAX_REQUESTS + 1; id++) list = withRequest(list, request({ id }));
    expect([list.length, list[0]?.id]).toEqual([MAX_REQUESTS, 2]);
  });
});

describe("the facts of a request", () => {
  const token = (claims: Record<string, unknown>) => ({ fingerprint: "f", claims });

  it("say who acts for whom, and for which audience", () => {
    const exchange = request({
      route: "sts-token",
      grant: "urn:ietf:params:oauth:grant-type:token-exchange",
      form: { audience: ["tickets", "payroll"] },
      subjectToken: token({ sub: "alice" }),
      actorToken: token({ sub: "agent" }),
    });
    expect(kindOf(exchange)).toBe("token");
    expect(actionOf(exchange)).toBe("token exchange");
    expect(audienceOf(exchange)).toBe("tickets payroll");
    expect(partiesOf(exchange)).toEqual({ subject: "alice", actor: "agent" });
    const issued = { ...exchange, issued: token({ sub: "bob", act: { sub: "other" } }) };
    expect(partiesOf(issued)).toEqual({ subject: "bob", actor: "other" });
  });

  it("take no text for a name that it does not have", () => {
    const odd = request({ bearer: token({ sub: { a: 1 }, act: "x" }) });
    expect(partiesOf(odd)).toEqual({ subject: undefined, actor: undefined });
  });

  it.each([
    [{ status: 200 }, "good", "200", ""],
    [{ status: 400, error: "invalid_target" }, "bad", "400", "invalid_target"],
    [
      { status: 401, error: "invalid_token", errorDescription: "token was revoked" },
      "bad",
      "401",
      "invalid_token: token was revoked",
    ],
    [{ status: 404, errorDescription: "Session not found" }, "bad", "404", "Session not found"],
    [{ status: 503, fault: "status" }, "bad", "503", "fault: status"],
    [{ answerId: 1, fault: "reset-before-headers" }, "bad", "cut", "fault: reset-before-headers"],
    [{}, "waiting", "…", "no response yet"],
  ])("say of %j that it is %s", (fields, tone, label, detail) => {
    expect(outcomeOf(request(fields))).toEqual({ tone, label, detail });
  });

  it("name a tool, or the methods of JSON-RPC, or the end of a session", () => {
    const mcp = { server: "tickets", methods: ["tools/call"], tool: "whoami" };
    expect(actionOf(request({ route: "mcp", mcp }))).toBe("whoami");
    expect(actionOf(request({ mcp: { ...mcp, methods: ["initialize"], tool: undefined } }))).toBe(
      "initialize",
    );
    const end = { ...mcp, methods: [], tool: undefined };
    expect(actionOf(request({ method: "DELETE", mcp: end }))).toBe("DELETE session");
  });
});

describe("the form of faults", () => {
  it("knows every kind that the mock knows, and makes of each a fault that it takes", () => {
    const kinds = faultEffectSchema.options.map((it) => it.shape.kind.value);
    expect(Object.keys(EFFECTS).sort()).toEqual([...kinds].sort());
    for (const [kind, { fields = [] }] of Object.entries(EFFECTS)) {
      const form = new FormData();
      for (const [name, value] of Object.entries({ effect: kind, place: "0", times: "unlimited" }))
        form.set(name, value);
      for (const { name, value = "" } of fields) form.set(name, value);
      expect(faultSchema.safeParse(readFault(form))).toMatchObject({ success: true });
    }
  });

  it("says of each place what it says of a fault there", () => {
    for (const { label, match } of PLACES) {
      expect(faultSchema.shape.match.safeParse(match).success).toBe(true);
      expect(matchText(match)).toBe(label);
    }
    const match = { route: "mcp", tool: "whoami", times: 2 } as const;
    expect(matchText(match)).toBe("MCP servers, tool whoami");
  });

  it("writes what a fault does", () => {
    expect(effectText({ kind: "status", status: 429, retryAfterSeconds: 2 })).toBe(
      "Respond with 429, Retry-After 2",
    );
    expect(effectText({ kind: "delay", delayMs: 90_000 })).toBe("Delay by 1 min 30 s");
    expect(effectText({ kind: "odd-expires-in", value: null })).toBe("Odd expires_in, value null");
  });
});
