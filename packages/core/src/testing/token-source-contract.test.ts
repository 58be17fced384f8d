import { describe, expect, it } from "vitest";
import { cachingTokenSource } from "../cache/caching-token-source.ts";
import { fromTokenProvider } from "../sources/from-token-provider.ts";
import { staticTokenSource } from "../sources/static-token-source.ts";
import { createAccessToken } from "../token/access-token.ts";
import type { TokenSource } from "../token/token-source.ts";
import { type TokenSourceFixture, tokenSourceContract } from "./token-source-contract.ts";

const request = { subjectToken: "subject-of-the-contract", audience: ["orders"] };

function provider(): TokenSource {
  let calls = 0;
  return fromTokenProvider(async () => ({ token: `provided-${++calls}`, expiresIn: 3_600 }));
}

const FIXTURES: Record<string, () => TokenSourceFixture> = {
  staticTokenSource: () => ({ source: staticTokenSource("the-only-one"), renews: false }),
  fromTokenProvider: () => ({ source: provider(), request }),
  cachingTokenSource: () => ({ source: cachingTokenSource(provider()), request }),
};

for (const [name, create] of Object.entries(FIXTURES)) {
  describe(`tokenSourceContract on ${name}`, () => {
    for (const { name, run } of tokenSourceContract(create)) it(name, run);
  });
}

describe("tokenSourceContract on broken sources", () => {
  const token = (text: string) => createAccessToken({ token: text });
  let calls = 0;
  const broken: Record<string, TokenSource> = {
    "yields a frozen token without a scheme": {
      identity: "a",
      getToken: async () => token("Bearer abc"),
    },
    "yields a token that does not show its secret": {
      identity: "a",
      getToken: async () => ({ token: "shown", tokenType: "Bearer", expiresAt: undefined }),
    },
    "answers concurrent calls": {
      identity: "a",
      getToken: async () => {
        if (++calls > 1) throw new Error("busy");
        return token("t");
      },
    },
    "has an identity that stays and holds no secret": {
      identity: "of-secret-token",
      getToken: async () => token("secret-token"),
    },
    "rejects with the reason of a signal that is already aborted": {
      identity: "a",
      getToken: async () => token("t"),
    },
    "never answers with a token that was refused": {
      identity: "a",
      getToken: async () => token("t"),
    },
    "refuses blank fields with a TypeError that names them": {
      identity: "a",
      getToken: async () => token("t"),
    },
  };

  it.each(Object.keys(broken))("notices a source that breaks: %s", async (name) => {
    const source = broken[name] as TokenSource;
    const check = tokenSourceContract(() => ({ source })).find((one) => one.name === name);
    await expect(check?.run()).rejects.toThrow(/^(Contract broken:|busy)/);
  });
});
