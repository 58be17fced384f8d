import { describe, expect, it } from "vitest";
import { createAccessToken } from "../token/access-token.ts";
import type { GetTokenOptions, TokenSource } from "../token/token-source.ts";
import { bindBearer } from "./bearer-binding.ts";

const resource = "https://mcp.example/mcp";

function sourceOf(...tokens: readonly string[]): TokenSource {
  const issued = tokens.map((token) => createAccessToken({ token }));
  let turn = 0;
  return {
    identity: "test",
    getToken: async () =>
      issued[turn++ % issued.length] ?? issued[0] ?? createAccessToken({ token: "none" }),
  };
}

describe("bindBearer", () => {
  it("presents the token of each call, also one that it presented before", async () => {
    const binding = bindBearer(sourceOf("of-alice", "of-bob"), { resource });
    const headers = [];
    for (let call = 0; call < 4; call++) headers.push((await binding.begin()).authorization);
    expect(headers).toEqual([
      "Bearer of-alice",
      "Bearer of-bob",
      "Bearer of-alice",
      "Bearer of-bob",
    ]);
  });

  it("presents what a source changed in a token of its own", async () => {
    const own = { token: "first", tokenType: "Bearer", expiresAt: undefined };
    const source = { identity: "test", getToken: async () => own } as unknown as TokenSource;
    const binding = bindBearer(source, { resource });
    expect((await binding.begin()).authorization).toBe("Bearer first");
    own.token = "second";
    expect((await binding.begin()).authorization).toBe("Bearer second");
  });

  it.each(["DPoP", "N_A"])("refuses a token of type %s at each call", async (tokenType) => {
    const token = createAccessToken({ token: "opaque", tokenType: tokenType as "N_A" });
    const binding = bindBearer({ identity: "test", getToken: async () => token }, { resource });
    for (let call = 0; call < 2; call++) {
      await expect(binding.begin()).rejects.toMatchObject({ code: "ERR_TOKEN_TYPE_UNSUPPORTED" });
    }
  });

  it("asks without a request if there is none", async () => {
    const asked: unknown[] = [];
    const source: TokenSource = {
      identity: "test",
      getToken: async (request) => {
        asked.push(request);
        return createAccessToken({ token: "t" });
      },
    };
    await bindBearer(source, { resource }).begin();
    expect(asked).toEqual([{}]);
  });

  it("hands the caller's signal to the source, at the first token and at the renewal", async () => {
    const calls: (GetTokenOptions | undefined)[] = [];
    const source = {
      identity: "own",
      async getToken(_: unknown, options?: GetTokenOptions) {
        calls.push(options);
        return createAccessToken({ token: `token-${calls.length}` });
      },
    };
    const { signal } = new AbortController();
    const call = await bindBearer(source, { origins: ["https://a.example"] }).begin(signal);
    await call.renew("https://a.example/mcp");
    expect(calls.map((options) => options?.signal)).toEqual([signal, signal]);
    expect(calls[1]).toMatchObject({ rejected: { fingerprint: expect.any(String) } });
  });
});
