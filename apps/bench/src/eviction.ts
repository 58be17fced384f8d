import { cachingTokenSource, createAccessToken } from "@agent-oauth/core";
import type { Case } from "./measure.ts";

/** A miss that pushes a token out, in a small cache and in one a thousand times its size: the cost must be the same. */
export async function evictionCases(): Promise<Case[]> {
  return Promise.all([100, 100_000].map((size) => evictionCase(size)));
}

async function evictionCase(size: number): Promise<Case> {
  let issued = 0;
  const source = cachingTokenSource(
    {
      identity: "bench",
      getToken: async () =>
        createAccessToken({ token: `token-${++issued}`, expiresAt: Date.now() + 3_600_000 }),
    },
    { maxSubjectEntries: size },
  );
  let user = 0;
  const miss = () => source.getToken({ subjectToken: `user-${user++}` });
  for (let i = 0; i < size; i++) await miss();
  return {
    name: `miss with eviction, ${size} entries`,
    async run(times) {
      for (let i = 0; i < times / 10; i++) await miss();
    },
  };
}
