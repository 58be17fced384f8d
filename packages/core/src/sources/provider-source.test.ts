import { describe, expect, it, vi } from "vitest";
import { ProviderSource } from "./provider-source.ts";

describe("ProviderSource", () => {
  it("ends with the reason of its caller's signal, whatever that is", async () => {
    const leaving = new AbortController();
    const reason = new Error("gone");
    const source = new ProviderSource(() => new Promise<string>(() => {}), {});
    const call = source.getToken({}, { signal: leaving.signal });
    leaving.abort(reason);
    await expect(call).rejects.toBe(reason);
  });

  it("calls nobody for a caller who has gone already", async () => {
    const provider = vi.fn(() => "abc");
    const reason = new Error("gone");
    const call = new ProviderSource(provider, {}).getToken(
      {},
      { signal: AbortSignal.abort(reason) },
    );
    await expect(call).rejects.toBe(reason);
    expect(provider).not.toHaveBeenCalled();
  });

  it("leaves nothing behind on a signal that outlives the call", async () => {
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, "addEventListener");
    const removed = vi.spyOn(signal, "removeEventListener");
    await new ProviderSource(() => "abc", {}).getToken({}, { signal });
    const listeners = ({ mock }: typeof added | typeof removed) => mock.calls.map(([, it]) => it);
    expect(listeners(removed)).toEqual(listeners(added));
    expect(listeners(added)).toHaveLength(1);
  });
});
