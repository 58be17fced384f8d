import { describe, expect, it } from "vitest";
import { createFakeClock } from "./fake-clock.ts";
import { createScriptedSource } from "./scripted-source.ts";
import { tokenSourceContract } from "./token-source-contract.ts";

function scripted() {
  const clock = createFakeClock();
  return { clock, source: createScriptedSource({ clock, lifetimeMs: 60_000 }) };
}

describe("createScriptedSource", () => {
  for (const { name, run } of tokenSourceContract(() => ({ source: scripted().source }))) {
    it(name, run);
  }

  it("yields unique tokens with the lifetime, and records calls", async () => {
    const { clock, source } = scripted();
    const options = { minValidityMs: 1 };
    const first = await source.getToken({ tenant: "a" }, options);
    expect(first.expiresAt).toBe(clock.now() + 60_000);
    expect((await source.getToken()).token).not.toBe(first.token);
    expect(source.calls[0]).toEqual({ request: { tenant: "a" }, options });
  });

  it("fails and answers in the scripted order, then as before", async () => {
    const { source } = scripted();
    const error = new Error("scripted");
    source.failNext(error);
    source.answerNext("given");
    await expect(source.getToken()).rejects.toBe(error);
    expect((await source.getToken()).token).toBe("given");
    expect((await source.getToken()).token).toBe("token-1");
    source.failure = error;
    await expect(source.getToken()).rejects.toBe(error);
  });

  it("answers with the refused token if told to ignore that it was refused", async () => {
    const { source } = scripted();
    const rejected = await source.getToken();
    source.ignoresRejected = true;
    expect((await source.getToken({}, { rejected })).token).toBe(rejected.token);
  });

  it("holds calls until each is released, and counts lifetimes from the call", async () => {
    const { clock, source } = scripted();
    source.hold();
    const calls = [source.getToken(), source.getToken()];
    expect(source.waiting).toBe(2);
    const calledAt = clock.now();
    clock.advance(1_000);
    source.releaseOne();
    expect((await calls[0])?.expiresAt).toBe(calledAt + 60_000);
    expect(source.waiting).toBe(1);
    source.release();
    await calls[1];
    await source.getToken();
  });

  it("ends a held call when its signal is aborted", async () => {
    const { source } = scripted();
    const controller = new AbortController();
    const reason = new Error("gone");
    source.hold();
    const call = source.getToken({}, { signal: controller.signal });
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    expect(source.waiting).toBe(0);
  });
});
