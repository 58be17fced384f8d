import { describe, expect, it } from "vitest";
import { chain } from "../sources/chain.ts";
import { fromTokenProvider } from "../sources/from-token-provider.ts";
import { staticTokenSource } from "../sources/static-token-source.ts";
import { createFakeClock } from "../testing/fake-clock.ts";
import { type CachingTokenSource, cachingTokenSource } from "./caching-token-source.ts";

const alice = { subjectToken: "alice" };
const bob = { subjectToken: "bob" };

/** A cache that has another one beneath it. */
function layers(kind: string) {
  let calls = 0;
  const provider = ({ subjectToken }: { readonly subjectToken?: string }) => ({
    token: `${subjectToken}-${++calls}`,
    expiresIn: 3_600,
  });
  const clock = createFakeClock();
  const inner = fromTokenProvider(provider, { clock });
  const outer: CachingTokenSource =
    kind === "a chain"
      ? cachingTokenSource(chain([inner, staticTokenSource("other")]), { clock })
      : cachingTokenSource(inner, { clock, expiryBufferMs: 1 });
  return { inner, outer, calls: () => calls };
}

const forget: Record<string, (cache: CachingTokenSource) => unknown> = {
  invalidate: (cache) => cache.invalidate(alice),
  evict: (cache) => cache.evict(alice),
  clear: (cache) => cache.clear(),
};

describe.each(["a chain", "other options"])("caches behind one another by %s", (kind) => {
  for (const [how, act] of Object.entries(forget)) {
    for (const where of ["inner", "outer"] as const) {
      it(`forget together: ${how} at the ${where} one`, async () => {
        const caches = layers(kind);
        const { outer } = caches;
        const bound = outer.bind(alice);
        const before = (await outer.getToken(alice)).token;
        await bound.getToken();
        act(caches[where]);
        expect(bound.peek()).toBeUndefined();
        expect(outer.peek(alice)).toBeUndefined();
        expect((await outer.getToken(alice)).token).not.toBe(before);
        expect((await bound.getToken()).token).not.toBe(before);
      });
    }
  }

  it("cost others no token request", async () => {
    const { inner, outer, calls } = layers("a chain");
    await outer.getToken(alice);
    const { token } = await outer.getToken(bob);
    inner.evict(alice);
    expect((await outer.getToken(bob)).token).toBe(token);
    expect(calls()).toBe(2);
  });

  it("end together: the outer one hands out nothing once the inner one is closed", async () => {
    const { inner, outer } = layers(kind);
    await outer.getToken(alice);
    inner.close();
    expect(outer.peek(alice)).toBeUndefined();
    for (const user of [alice, bob]) {
      await expect(outer.getToken(user)).rejects.toMatchObject({ code: "ERR_TOKEN_CLOSED" });
    }
  });

  it("leave the inner one open when the outer one is closed", async () => {
    const { inner, outer } = layers(kind);
    outer.close();
    expect((await inner.getToken(alice)).token).toBe("alice-1");
  });
});

describe("clear", () => {
  it("refuses a filter: it would forget all", async () => {
    const { outer } = layers("a chain");
    await outer.getToken(alice);
    const clear = outer.clear as (filter: object) => void;
    expect(() => clear.call(outer, { principal: "alice" })).toThrow(TypeError);
    expect(outer.stats().subjectEntries).toBe(1);
  });
});
