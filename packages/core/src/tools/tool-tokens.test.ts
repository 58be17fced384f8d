import { inspect } from "node:util";
import { unsignedJwt } from "@agent-oauth/test-support/unsigned-jwt";
import { describe, expect, it } from "vitest";
import { cachedScript, HARD_MS, settled, tokenError } from "../cache/cached-script.test-support.ts";
import { type ToolTokensOptions, toolTokens } from "./tool-tokens.ts";

const list = { server: "orders", name: "list" };
const pay = { server: "billing", name: "pay" };
const alice = { subjectToken: "alice-sentinel" };
const bob = { subjectToken: "bob-sentinel" };

function scripted(options: Partial<ToolTokensOptions> = {}) {
  const script = cachedScript();
  const audienceOf = ({ server }: { server: string }) => [server];
  return { ...script, tokens: toolTokens(script.cache, { audienceOf, ...options }) };
}

const notReady = { code: "ERR_TOKEN_NOT_READY", retryable: false };

describe("toolTokens", () => {
  it("asks for nothing at the start of a run, nor for tools that are none of MCP", async () => {
    const { tokens, source } = scripted();
    tokens.startRun("r", alice);
    await tokens.ready("r", { name: "remember" });
    await tokens.ready("r", { server: undefined, name: "remember" });
    expect(() => tokens.headersFor("r", { name: "remember" })).toThrow(
      expect.objectContaining(notReady),
    );
    tokens.endRun("r");
    await settled();
    expect(source.calls).toHaveLength(0);
  });

  it("asks once for each audience, however many calls there are", async () => {
    const { tokens, source } = scripted();
    tokens.startRun("r", { ...alice, principal: "alice" });
    for (const tool of [list, pay, { ...list, name: "show" }, list, pay]) {
      await tokens.ready("r", tool);
      tokens.headersFor("r", tool);
    }
    expect(source.calls.map(({ request }) => request)).toEqual([
      { ...alice, principal: "alice", audience: ["orders"] },
      { ...alice, principal: "alice", audience: ["billing"] },
    ]);
    expect(tokens.headersFor("r", list)).toEqual({ authorization: "Bearer token-1" });
    expect(tokens.headersFor("r", pay)).toEqual({ authorization: "Bearer token-2" });
  });

  it("asks once for each audience under 100 concurrent first calls", async () => {
    const { tokens, source } = scripted();
    tokens.startRun("r", alice);
    source.hold();
    const calls = Array.from({ length: 100 }, (_, i) => tokens.ready("r", i % 2 ? list : pay));
    expect(() => tokens.headersFor("r", list)).toThrow(expect.objectContaining(notReady));
    source.release();
    await Promise.all(calls);
    expect(source.calls).toHaveLength(2);
  });

  it("resolves the audience of each tool", async () => {
    const { tokens, source } = scripted({
      audienceOf: ({ server, name }) =>
        name === "special" ? ["own"] : server === "orders" ? [] : undefined,
    });
    tokens.startRun("r", alice);
    for (const tool of [{ ...list, name: "special" }, list, pay]) await tokens.ready("r", tool);
    expect(source.calls.map(({ request }) => request?.audience)).toEqual([["own"], undefined]);
  });

  it.each(["orders", 7, [""], [7], Promise.resolve(["orders"]), { orders: true }, [1n]])(
    "fails with a code if audienceOf returns %s",
    async (audience) => {
      const { tokens, source } = scripted({ audienceOf: () => audience as never });
      tokens.startRun("r", alice);
      const error: unknown = await tokens.ready("r", list).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: "TokenError", code: "ERR_TOKEN_PROVIDER" });
      expect(String(error)).toContain('"audienceOf"');
      expect(source.calls).toHaveLength(0);
    },
  );

  it("shares a token between runs of the same subject, and it survives their end", async () => {
    const { tokens, source } = scripted();
    tokens.startRun("r1", alice);
    await tokens.ready("r1", list);
    tokens.endRun("r1");
    tokens.startRun("r2", { subjectToken: `Bearer ${alice.subjectToken}` });
    await tokens.ready("r2", list);
    expect(tokens.headersFor("r2", list)).toEqual({ authorization: "Bearer token-1" });
    expect(source.calls).toHaveLength(1);
  });

  it.each([
    ["two users", alice, bob],
    ["a renewed subject token", { ...alice, principal: "a" }, { ...bob, principal: "a" }],
    ["two principals", { ...alice, principal: "a" }, { ...alice, principal: "b" }],
  ])("never shares a token between %s", async (_, one, other) => {
    const { tokens } = scripted();
    tokens.startRun("r1", one);
    tokens.startRun("r2", other);
    await tokens.ready("r1", list);
    expect(() => tokens.headersFor("r2", list)).toThrow(expect.objectContaining(notReady));
    await tokens.ready("r2", list);
    expect(tokens.headersFor("r1", list)).toEqual({ authorization: "Bearer token-1" });
    expect(tokens.headersFor("r2", list)).toEqual({ authorization: "Bearer token-2" });
  });

  it("takes no other subject into a run that is under way, and takes it after its end", async () => {
    const { tokens } = scripted();
    tokens.startRun("session", alice);
    await tokens.ready("session", list);
    tokens.startRun("session", alice);
    expect(tokens.headersFor("session", list)).toEqual({ authorization: "Bearer token-1" });
    const error = thrownBy(() => tokens.startRun("session", bob));
    expect(error).toMatchObject({ code: "ERR_TOKEN_SUBJECT_NOT_ALLOWED" });
    expect(inspect(error)).not.toContain("sentinel");
    const renamed = () => tokens.startRun("session", { ...alice, principal: "bob" });
    expect(renamed).toThrow(/under way for another subject/);
    expect(tokens.headersFor("session", list)).toEqual({ authorization: "Bearer token-1" });
    tokens.endRun("session");
    tokens.startRun("session", bob);
    expect(() => tokens.headersFor("session", list)).toThrow(expect.objectContaining(notReady));
  });

  it("hands a late answer to no run that began meanwhile under the same id", async () => {
    const { tokens, source } = scripted();
    tokens.startRun("r", alice);
    source.hold();
    const late = tokens.ready("r", list);
    tokens.endRun("r");
    tokens.startRun("r", bob);
    source.release();
    await late;
    expect(() => tokens.headersFor("r", list)).toThrow(expect.objectContaining(notReady));
  });

  it("throws, rather than return no header", async () => {
    const { tokens, clock } = scripted();
    expect(() => tokens.headersFor("r", list)).toThrow(/run "r" was not started/);
    await expect(tokens.ready("r", list)).rejects.toMatchObject(notReady);
    tokens.startRun("r", alice);
    expect(() => tokens.headersFor("r", list)).toThrow(/"list" of "orders": .*await ready/);
    await tokens.ready("r", list);
    clock.advance(HARD_MS);
    expect(() => tokens.headersFor("r", list)).toThrow(expect.objectContaining(notReady));
    await tokens.ready("r", list);
    expect(tokens.headersFor("r", list)).toEqual({ authorization: "Bearer token-2" });
    tokens.endRun("r");
    expect(() => tokens.headersFor("r", list)).toThrow(/has ended/);
  });

  it("resolves to the headers, of a token that the cache does not keep too", async () => {
    const { tokens, clock, source } = scripted();
    const subjectToken = unsignedJwt({ exp: clock.now() / 1_000 - 1 });
    tokens.startRun("kept", alice);
    expect(await tokens.ready("kept", list)).toEqual({ authorization: "Bearer token-1" });
    expect(await tokens.ready("kept", { name: "remember" })).toBeUndefined();
    tokens.startRun("r", { subjectToken });
    expect(await tokens.ready("r", list)).toEqual({ authorization: "Bearer token-2" });
    expect(() => tokens.headersFor("r", list)).toThrow(
      /use the headers that ready\(\) resolves to/,
    );
    expect(await tokens.ready("r", list)).toEqual({ authorization: "Bearer token-3" });
    expect(source.calls).toHaveLength(3);
  });

  it("hands a token to all who wait for it, and keeps it not", async () => {
    const { tokens, source, cache } = scripted();
    tokens.startRun("r", alice);
    source.hold();
    const waiting = [1, 2, 3].map(() => tokens.ready("r", list));
    await settled();
    cache.clear();
    source.release();
    expect(await Promise.all(waiting)).toEqual(
      waiting.map(() => ({ authorization: "Bearer token-1" })),
    );
    expect(() => tokens.headersFor("r", list)).toThrow(expect.objectContaining(notReady));
  });

  it("does not bring back a token that a server refused", async () => {
    const { tokens, cache } = scripted();
    tokens.startRun("r", alice);
    await tokens.ready("r", list);
    const request = { ...alice, audience: ["orders"] };
    const rejected = await cache.getToken(request);
    cache.invalidate(request);
    expect(() => tokens.headersFor("r", list)).toThrow(expect.objectContaining(notReady));
    await tokens.ready("r", list);
    expect(tokens.headersFor("r", list).authorization).not.toContain(rejected.token);
  });

  it("passes the source's errors on, and is ready when it recovers", async () => {
    const { tokens, source, clock } = scripted();
    const error = tokenError("ERR_TOKEN_OAUTH", { status: 400, oauthError: "invalid_target" });
    source.failNext(error);
    tokens.startRun("r", alice);
    await expect(tokens.ready("r", list)).rejects.toBe(error);
    expect(() => tokens.headersFor("r", list)).toThrow(expect.objectContaining(notReady));
    clock.advance(5_000);
    await tokens.ready("r", list);
    tokens.headersFor("r", list);
  });

  it("ends one caller's wait when its signal is aborted, not the request", async () => {
    const { tokens, source } = scripted();
    const controller = new AbortController();
    tokens.startRun("r", alice);
    source.hold();
    const impatient = tokens.ready("r", list, { signal: controller.signal });
    const patient = tokens.ready("r", list);
    controller.abort("enough");
    await expect(impatient).rejects.toBe("enough");
    source.release();
    await patient;
    expect(source.calls).toHaveLength(1);
  });

  it("never makes a header of what is no bearer token", async () => {
    const { tokens, source } = scripted();
    source.answerNext({ token: "id-token", tokenType: "N_A" }, { token: "two words" });
    tokens.startRun("r", alice);
    await expect(tokens.ready("r", list)).rejects.toMatchObject({
      code: "ERR_TOKEN_TYPE_UNSUPPORTED",
    });
    expect(() => tokens.headersFor("r", list)).toThrow(/"N_A"/);
    await expect(tokens.ready("r", pay)).rejects.toMatchObject({ code: "ERR_TOKEN_RESPONSE" });
  });

  it("keeps maxRuns runs, and forgets the one longest unused", async () => {
    const { tokens } = scripted({ maxRuns: 2 });
    tokens.startRun("r1", alice);
    tokens.startRun("r2", bob);
    await tokens.ready("r1", list);
    tokens.startRun("r3", { subjectToken: "carol" });
    expect(() => tokens.headersFor("r2", list)).toThrow(/evicted by more than 2 other runs/);
    expect(tokens.headersFor("r1", list)).toEqual({ authorization: "Bearer token-1" });
  });

  it("holds no more than maxRuns when no run ever ends", () => {
    const { tokens } = scripted({ maxRuns: 3 });
    for (let i = 0; i < 100; i++) tokens.startRun(`r${i}`, { subjectToken: `s${i}` });
    const codes = Array.from({ length: 100 }, (_, i) =>
      String(thrownBy(() => tokens.headersFor(`r${i}`, list))),
    );
    expect(codes.filter((text) => text.includes("was not started"))).toHaveLength(97);
  });

  it.each([
    [{ audienceOf: undefined }, TypeError, /"audienceOf"/],
    [{ maxRuns: "1" }, TypeError, /"maxRuns"/],
    [{ maxRuns: 0 }, RangeError, /"maxRuns" must be a whole number from 1/],
    [{ maxRuns: 1.5 }, RangeError, /"maxRuns"/],
    [{ maxRun: 1 }, TypeError, /did you mean "maxRuns"\?/],
  ] as [object, ErrorConstructor, RegExp][])("refuses the options %o", (wrong, type, message) => {
    expect(() => scripted(wrong)).toThrow(type);
    expect(() => scripted(wrong)).toThrow(message);
  });

  it.each([
    [{ serverName: "orders", name: "list" }, 'did you mean "server"?'],
    [{ server: "orders", name: "list", zzz: 1 }, 'no field "zzz"'],
    [{ server: " ", name: "list" }, '"server" must be a string'],
    [{ server: null, name: "list" }, '"server" must be a string'],
    [{ server: "orders" }, '"name" must be a string'],
    ["list", "must be a plain object, not a string"],
    [undefined, "must be a plain object, not undefined"],
  ])("takes %o for no tool without a server", async (tool, says) => {
    const { tokens, source } = scripted();
    tokens.startRun("r", alice);
    await expect(tokens.ready("r", tool as never)).rejects.toThrow(TypeError);
    await expect(tokens.ready("r", tool as never)).rejects.toThrow(says);
    expect(() => tokens.headersFor("r", tool as never)).toThrow(says);
    expect(source.calls).toEqual([]);
  });

  it("refuses options, and members of a run, that there are none of", async () => {
    const { tokens, source } = scripted();
    const options = () => toolTokens(source, (() => []) as never);
    expect(options).toThrow("must be a plain object, not a function");
    expect(() => toolTokens(source, undefined as never)).toThrow('"audienceOf"');
    expect(() => tokens.startRun("r", { ...alice, princpal: "a" } as never)).toThrow(
      'there is no field "princpal"; did you mean "principal"?',
    );
    expect(() => tokens.startRun("r", Promise.resolve(alice) as never)).toThrow("await");
    tokens.startRun("r", alice);
    const { signal } = new AbortController();
    await expect(tokens.ready("r", list, signal as never)).rejects.toThrow("AbortSignal");
  });

  it("shows no long name whole", async () => {
    const { tokens } = scripted();
    const name = "x".repeat(100_000);
    const error = await tokens.ready(name, { server: name, name }).catch((e: unknown) => e);
    expect(String(error).length).toBeLessThan(600);
  });

  it("refuses runs without an id or a subject", () => {
    const { tokens } = scripted();
    const start = (runId: unknown, run: unknown) => () =>
      tokens.startRun(runId as string, run as typeof alice);
    const required = expect.objectContaining({ code: "ERR_TOKEN_SUBJECT_REQUIRED" });
    expect(start("r", {})).toThrow(required);
    expect(start("r", undefined)).toThrow(required);
    for (const blank of ["", " ", "Bearer ", null]) {
      expect(start("r", { subjectToken: blank })).toThrow(/"subjectToken"/);
    }
    expect(start("r", { ...alice, principal: " " })).toThrow(/"principal"/);
    expect(start(" ", alice)).toThrow(/"runId"/);
    expect(start(undefined, alice)).toThrow(/"runId"/);
  });
});

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
