import { type CachingTokenSource, cachingTokenSource, createAccessToken } from "@agent-oauth/core";

/** How long it takes to forget tokens, in milliseconds: the event loop stands still for so long. */
export interface Forgetting {
  readonly name: string;
  readonly ms: number;
  /** The most it may take. */
  readonly target: number;
}

const ENTRIES = 100_000;
const TARGETS = 20_000;

/** Times what forgets tokens of a cache with 100,000 entries, and of one user with 20,000 targets. */
export async function forgetting(): Promise<readonly Forgetting[]> {
  const users = await filled({ users: ENTRIES, targets: 1 });
  const oneUser = await filled({ users: 1, targets: TARGETS });
  return [
    timed("invalidate(request), 100,000 entries", 5, () => {
      for (let i = 0; i < 100; i++) users.invalidate(request(i, 0));
    }),
    timed("evict({ principal }), 100,000 entries", 50, () => users.evict({ principal: "user-7" })),
    timed("evict({ principal }), 20,000 targets", 50, () => oneUser.evict({ principal: "user-0" })),
    timed("clear(), 100,000 entries", 50, () => users.clear()),
  ];
}

async function filled(size: { users: number; targets: number }): Promise<CachingTokenSource> {
  let issued = 0;
  const cache = cachingTokenSource(
    {
      identity: "bench",
      getToken: async () =>
        createAccessToken({ token: `token-${++issued}`, expiresAt: Date.now() + 3_600_000 }),
    },
    { maxSubjectEntries: ENTRIES },
  );
  for (let user = 0; user < size.users; user++) {
    for (let target = 0; target < size.targets; target++) {
      await cache.getToken(request(user, target));
    }
  }
  return cache;
}

function request(user: number, target: number) {
  return { subjectToken: `token-${user}`, principal: `user-${user}`, audience: [`${target}`] };
}

function timed(name: string, target: number, run: () => void): Forgetting {
  const start = process.hrtime.bigint();
  run();
  return { name, target, ms: Number(process.hrtime.bigint() - start) / 1e6 };
}
