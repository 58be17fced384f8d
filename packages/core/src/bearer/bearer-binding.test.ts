import { describe, expect, it } from "vitest";
import { createAccessToken } from "../token/access-token.ts";
import type { GetTokenOptions } from "../token/token-source.ts";
import { bindBearer } from "./bearer-binding.ts";

describe("bindBearer", () => {
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
