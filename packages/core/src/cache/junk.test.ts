import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toHeaders } from "../bearer/to-headers.ts";
import { chain } from "../sources/chain.ts";
import type { TokenRequest } from "../token/token-source.ts";
import { type CachedScript, cachedScript } from "./cached-script.test-support.ts";
import { cachingTokenSource } from "./caching-token-source.ts";

class Private {
  #subjectToken = "alice";
  subject() {
    return this.#subjectToken;
  }
}

/** What people pass by mistake: none of it is a request. */
const JUNK: readonly unknown[] = [
  "alice-token",
  "",
  7,
  false,
  null,
  ["alice"],
  () => ({ subjectToken: "alice" }),
  Promise.resolve({ subjectToken: "alice" }),
  new Map([["subjectToken", "alice"]]),
  new Headers({ authorization: "Bearer alice" }),
  new Private(),
  Symbol("alice"),
  { subjecttoken: "alice" },
  { subject_token: "alice" },
  { userToken: "alice" },
  { userToken: undefined },
  { subjectToken: undefined },
  { subjectToken: "bob", tenent: "t1" },
  { subjectToken: "bob", toString: 1 },
  { subjectToken: " " },
  { subjectToken: "Bearer " },
  { tenant: null },
  { audience: "a" },
  { audience: [""] },
  { audience: Array.from({ length: 1 }) },
];

/** Also requests that are right, so that hits are met too. */
const anyRequest = fc.oneof(
  fc.constantFrom(...JUNK),
  fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true }),
  fc.record(
    {
      subjectToken: fc.constantFrom<unknown>("alice", "bob", undefined, "", 7),
      tenant: fc.constantFrom<unknown>("t", undefined, null, "Bearer"),
      audience: fc.constantFrom<unknown>(undefined, [], ["a"], "a", [7]),
      tenent: fc.constant("t"),
    },
    { requiredKeys: [] },
  ),
);

/** Says how a call ends: with a token for whom, or with what error. */
async function outcome(call: () => unknown): Promise<string> {
  try {
    await call();
    return "answered";
  } catch (error) {
    return String(error);
  }
}

/** What `toHeaders` takes besides a request, and what its function may return. */
function isRequestFunction(entry: string, value: unknown): boolean {
  if (entry === "toHeaders") return typeof value === "function";
  return entry === "toHeaders by a function" && (value === null || value instanceof Promise);
}

async function warm(): Promise<CachedScript> {
  const script = cachedScript();
  const subjects = [undefined, "alice", "bob"];
  const targets = [{}, { tenant: "t" }, { audience: ["a"] }, { tenant: "t", audience: ["a"] }];
  for (const subjectToken of subjects) {
    for (const target of targets) {
      await script.cache.getToken({ ...target, ...(subjectToken && { subjectToken }) });
    }
  }
  return script;
}

const ENTRIES: readonly [string, (script: CachedScript, request: TokenRequest) => unknown][] = [
  ["getToken", ({ cache }, request) => cache.getToken(request)],
  ["getToken with options", ({ cache }, request) => cache.getToken(request, { minValidityMs: 1 })],
  ["peek", ({ cache }, request) => cache.peek(request)],
  ["bind", ({ cache }, request) => cache.bind(request)],
  ["invalidate", ({ cache }, request) => cache.invalidate(request)],
  ["explainKey", ({ cache }, request) => cache.explainKey(request)],
  ["toHeaders", ({ cache }, request) => toHeaders(cache, request)],
  ["toHeaders by a function", ({ cache }, request) => toHeaders(cache, () => request)],
  ["a chain", ({ cache }, request) => cachingTokenSource(chain([cache])).getToken(request)],
];

describe("cachingTokenSource: what is no request", () => {
  for (const [name, call] of ENTRIES) {
    it(`${name} refuses it, and drops nothing`, async () => {
      const script = await warm();
      const held = script.cache.stats().entries + script.cache.stats().subjectEntries;
      // What a function yields is seen at run time only.
      const kind = name === "toHeaders by a function" ? "TokenError" : "TypeError";
      for (const junk of JUNK) {
        if (isRequestFunction(name, junk)) continue;
        const called = outcome(() => call(script, junk as TokenRequest));
        expect(await called, name).toMatch(new RegExp(`^${kind}: Cannot request a token: `));
        expect(await called).not.toContain("alice");
      }
      expect(script.cache.stats().entries + script.cache.stats().subjectEntries).toBe(held);
      expect(script.source.calls).toHaveLength(held);
    });
  }

  it("answers any value from a warm cache as from a cold one", async () => {
    const property = fc.asyncProperty(anyRequest, async (junk) => {
      const [hot, cold] = [await warm(), cachedScript()];
      for (const [name, call] of ENTRIES) {
        const one = await outcome(() => call(hot, junk as TokenRequest));
        expect(one, name).toBe(await outcome(() => call(cold, junk as TokenRequest)));
      }
    });
    await fc.assert(property, { numRuns: 500 });
  });

  it("answers any options from a warm cache as from a cold one", async () => {
    const anyOptions = fc.oneof(
      fc.constantFrom<unknown>(null, "x", 7, [], new AbortController().signal, { signal: null }),
      fc.constantFrom<unknown>({ minValidityMs: -1 }, { min: 1 }, { rejected: "t" }, undefined),
      fc.anything(),
    );
    const property = fc.asyncProperty(anyOptions, async (options) => {
      const [hot, cold] = [await warm(), cachedScript()];
      const call = ({ cache }: CachedScript) => cache.getToken({}, options as object);
      const bound = ({ cache }: CachedScript) => cache.bind().getToken(options as object);
      for (const of of [call, bound]) {
        expect(await outcome(() => of(hot))).toBe(await outcome(() => of(cold)));
      }
    });
    await fc.assert(property, { numRuns: 500 });
  });

  it("computes the key and the request of one reading, where a member is a getter", async () => {
    const script = cachedScript();
    let reads = 0;
    const request = {
      get subjectToken() {
        return ++reads % 2 === 1 ? "alice" : "bob";
      },
    };
    await script.cache.getToken(request);
    const [call] = script.source.calls;
    const { subjectToken = "" } = call?.request ?? {};
    expect(script.cache.peek({ subjectToken })?.token).toBe("token-1");
    expect(script.cache.stats().subjectEntries).toBe(1);
  });

  it("suggests the right name for a misspelt option", async () => {
    const { cache } = await warm();
    const call = () => cache.getToken({}, { minValidity: 1 } as object);
    await expect(call()).rejects.toThrow('no option "minValidity"; did you mean "minValidityMs"?');
    expect(() => cachingTokenSource(cache, { maxEntry: 1 } as object)).toThrow(
      'no option "maxEntry"; did you mean "maxEntries"?',
    );
  });
});
