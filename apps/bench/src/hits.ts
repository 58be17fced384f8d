import { hash } from "node:crypto";
import { cachingTokenSource, createAccessToken, type TokenSource } from "@agent-oauth/core";
import { memoize } from "@smithy/property-provider";
import type { Case } from "./measure.ts";

const USERS = 200;
const audience = ["https://mcp.example"];

/** What a hit costs, beside the cheapest thing that does as much of it. */
export async function hitCases(): Promise<Case[]> {
  const cached = cachingTokenSource(hourlyTokens());
  const bound = cached.bind({ audience });
  await bound.getToken();
  const users = Array.from({ length: USERS }, (_, user) => `${user}`.padEnd(1_200, "."));
  for (const subjectToken of users) await cached.getToken({ subjectToken, audience });
  const next = freshCopies(users);
  return [
    ...floors(next),
    {
      name: "await bound.getToken()",
      async run(times) {
        for (let i = 0; i < times; i++) await bound.getToken();
      },
    },
    {
      name: "bound.peek()",
      run(times) {
        for (let i = 0; i < times; i++) keep(bound.peek());
      },
    },
    {
      name: "await getToken({ audience })",
      async run(times) {
        for (let i = 0; i < times; i++) await cached.getToken({ audience });
      },
    },
    {
      name: "await getToken({ fresh subject token, audience })",
      async run(times) {
        for (let i = 0; i < times; i++) await cached.getToken({ subjectToken: next(), audience });
      },
    },
  ];
}

function floors(next: () => string): Case[] {
  const expiration = new Date(Date.now() + 3_600_000);
  const memoized = memoize(
    async () => ({ token: "t", expiration }),
    (token) => token.expiration.getTime() - Date.now() < 300_000,
    () => true,
  );
  const map = new Map([["https://mcp.example", { expiresAt: expiration.getTime() }]]);
  return [
    {
      name: "await smithy memoize",
      async run(times) {
        for (let i = 0; i < times; i++) await memoized();
      },
    },
    {
      name: "Map.get + Date.now()",
      run(times) {
        for (let i = 0; i < times; i++) {
          const entry = map.get("https://mcp.example");
          keep(entry !== undefined && entry.expiresAt > Date.now());
        }
      },
    },
    {
      name: "crypto.hash of a fresh 1.2 KB string",
      run(times) {
        for (let i = 0; i < times; i++) keep(hash("sha256", next(), "hex"));
      },
    },
  ];
}

function hourlyTokens(): TokenSource {
  let issued = 0;
  return {
    identity: "bench",
    getToken: async () =>
      createAccessToken({ token: `token-${++issued}`, expiresAt: Date.now() + 3_600_000 }),
  };
}

/** A request brings its user's token as a string of its own, not as the object that was hashed before. */
function freshCopies(texts: readonly string[]): () => string {
  let turn = 0;
  return () => {
    const text = texts[turn++ % texts.length] ?? "";
    return text.slice(0, 600) + text.slice(600);
  };
}

let kept: unknown;

/** Keeps a result, so that the work for it is not optimised away. */
function keep(value: unknown): void {
  kept = value ?? kept;
}
