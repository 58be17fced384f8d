import { describe, expect, it, vi } from "vitest";
import { cachingTokenSource } from "../cache/caching-token-source.ts";
import { TokenError, type TokenErrorCode } from "../errors/token-error.ts";
import { createFakeClock } from "../testing/fake-clock.ts";
import { createScriptedSource, type ScriptedSource } from "../testing/scripted-source.ts";
import { tokenSourceContract } from "../testing/token-source-contract.ts";
import type { TokenSource } from "../token/token-source.ts";
import { chain } from "./chain.ts";
import { fromTokenProvider } from "./from-token-provider.ts";

const unavailable = (what: string) =>
  new TokenError("ERR_TOKEN_SOURCE_UNAVAILABLE", `Cannot get a token: ${what} is not set`);

function scripted(identity: string, failure?: unknown): ScriptedSource {
  const source = createScriptedSource({ clock: createFakeClock(), identity });
  source.failure = failure;
  return source;
}

describe("chain", () => {
  const links: Record<string, () => TokenSource[]> = {
    "whose first answers": () => [scripted("first"), scripted("second")],
    "whose last answers": () => [scripted("first", unavailable("A")), scripted("second")],
    "of chains": () => [chain([scripted("first", unavailable("A"))]), chain([scripted("second")])],
  };
  for (const [name, sources] of Object.entries(links)) {
    describe(`tokenSourceContract on a chain ${name}`, () => {
      const request = { subjectToken: "subject-of-the-contract" };
      const create = () => ({ source: chain(sources()), request });
      for (const { name, run } of tokenSourceContract(create)) it(name, run);
    });
  }

  it("asks in order, and nobody after the one that answers", async () => {
    const [first, second, third] = [
      scripted("first", unavailable("A")),
      scripted("second"),
      scripted("third"),
    ];
    const source = chain([first, second, third]);
    const { signal } = new AbortController();
    const rejected = await second.getToken();
    await source.getToken({ subjectToken: "Bearer alice" }, { signal, rejected, minValidityMs: 5 });
    const call = {
      request: { subjectToken: "alice" },
      options: { signal, rejected, minValidityMs: 5 },
    };
    expect(first.calls).toEqual([call]);
    expect(second.calls[1]).toEqual(call);
    expect(third.calls).toEqual([]);
  });

  const final: [TokenErrorCode, number | undefined][] = [
    ["ERR_TOKEN_SUBJECT_REQUIRED", undefined],
    ["ERR_TOKEN_CONFIG", undefined],
    ["ERR_TOKEN_CREDENTIAL", undefined],
    ["ERR_TOKEN_PROVIDER", undefined],
    ["ERR_TOKEN_NETWORK", undefined],
    ["ERR_TOKEN_TIMEOUT", undefined],
    ["ERR_TOKEN_HTTP", 503],
    ["ERR_TOKEN_OAUTH", 400],
    ["ERR_TOKEN_REJECTED", undefined],
    ["ERR_TOKEN_CLOSED", undefined],
  ];
  for (const [code, status] of final) {
    it(`does not move on at ${code}`, async () => {
      const error = new TokenError(code, "Cannot get a token", { status });
      const second = scripted("second");
      await expect(chain([scripted("first", error), second]).getToken()).rejects.toBe(error);
      expect(second.calls).toEqual([]);
    });
  }

  it("does not move on where a source does not support the request", async () => {
    const mistake = new TypeError('Cannot request a token: this source does not support "tenant"');
    const second = scripted("second");
    const call = chain([scripted("first", mistake), second]).getToken({ tenant: "t" });
    await expect(call).rejects.toBe(mistake);
    expect(second.calls).toEqual([]);
  });

  it("says of each source why it is not there, where none is", async () => {
    const source = chain([scripted("a", unavailable("A")), scripted("b", unavailable("B"))]);
    await expect(source.getToken()).rejects.toMatchObject({
      code: "ERR_TOKEN_SOURCE_UNAVAILABLE",
      retryable: false,
      message:
        "Cannot get a token: none of 2 sources is configured here (Cannot get a token: A is not set; Cannot get a token: B is not set)",
    });
  });

  it("asks no further source once the caller has gone, although that one would not mind", async () => {
    const leaving = new AbortController();
    const reason = new Error("gone");
    const getToken = vi.fn(() => scripted("second").getToken());
    const first: TokenSource = {
      identity: "first",
      async getToken() {
        leaving.abort(reason);
        throw unavailable("A");
      },
    };
    const source = chain([first, { identity: "second", getToken }]);
    await expect(source.getToken({}, { signal: leaving.signal })).rejects.toBe(reason);
    expect(getToken).not.toHaveBeenCalled();
  });

  it("takes a source that is configured later, and remembers none", async () => {
    const first = scripted("first", unavailable("A"));
    const second = scripted("second");
    const source = chain([first, second]);
    await source.getToken();
    first.failure = undefined;
    await source.getToken();
    first.failure = unavailable("A");
    await source.getToken();
    expect([first.calls.length, second.calls.length]).toEqual([3, 2]);
  });

  it("serves users that the first source does not know", async () => {
    const known = ({ subjectToken }: { subjectToken?: string }) =>
      subjectToken === "alice" ? "token-of-alice" : undefined;
    const source = chain([fromTokenProvider(known, { optional: true }), scripted("second")]);
    expect((await source.getToken({ subjectToken: "alice" })).token).toBe("token-of-alice");
    expect((await source.getToken({ subjectToken: "bob" })).token).toBe("token-1");
    expect((await source.getToken({ subjectToken: "alice" })).token).toBe("token-of-alice");
  });

  it("has the identity of all its sources in their order, whichever answers", async () => {
    const first = scripted("first", unavailable("A"));
    const second = scripted("second");
    const source = chain([first, second]);
    const before = source.identity;
    expect(before).toBe('chain:["first","second"]');
    await source.getToken();
    first.failure = undefined;
    await source.getToken();
    expect(source.identity).toBe(before);
    expect(chain([second, first]).identity).not.toBe(before);
    expect(chain([chain([first]), second]).identity).not.toBe(before);
    first.identity = undefined;
    expect(source.identity).toBe('chain:[null,"second"]');
  });

  it("makes a cache forget when the credential of any source changes", async () => {
    const clock = createFakeClock();
    const first = scripted("first", unavailable("A"));
    const second = createScriptedSource({ clock, identity: "second" });
    const cache = cachingTokenSource(chain([first, second]), { clock });
    expect((await cache.getToken()).token).toBe("token-1");
    expect((await cache.getToken()).token).toBe("token-1");
    first.identity = "rotated";
    expect((await cache.getToken()).token).toBe("token-2");
    expect(second.calls).toHaveLength(2);
  });

  it("refuses what is no list of token sources", () => {
    for (const sources of [undefined, [], {}]) {
      expect(() => chain(sources as never)).toThrow('"sources"');
    }
    expect(() => chain([scripted("a"), {} as never])).toThrow('"sources[1]"');
    expect(() => chain([null as never])).toThrow(TypeError);
  });
});

describe("chain: foreign answers and long lists", () => {
  it("yields nothing that is no access token", async () => {
    const useless = { identity: undefined, getToken: async () => ({ access_token: "x" }) as never };
    await expect(chain([useless]).getToken()).rejects.toMatchObject({ code: "ERR_TOKEN_RESPONSE" });
  });

  it("says of no more than five sources why, and of each no more than a sentence", async () => {
    const unavailable = new TokenError("ERR_TOKEN_SOURCE_UNAVAILABLE", "x".repeat(100_000));
    const absent = { identity: undefined, getToken: () => Promise.reject(unavailable) };
    const sources = Array.from({ length: 1_000 }, () => absent);
    const error = await chain(sources)
      .getToken()
      .catch((reason: unknown) => reason);
    expect(String(error)).toContain("none of 1000 sources");
    expect(String(error)).toContain("and 995 more");
    expect(String(error).length).toBeLessThan(2_000);
  });
});
