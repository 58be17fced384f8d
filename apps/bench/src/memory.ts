import { Buffer } from "node:buffer";
import { cachingTokenSource, createAccessToken, type TokenRequest } from "@agent-oauth/core";

/** Prints the bytes each entry takes beyond its token string. Run as a process of its own: `memory.ts system|subject`. */
const ENTRIES = 100_000;
const partition = process.argv[2];

const tokens = Array.from({ length: ENTRIES }, (_, i) => flat(`${i}`.padEnd(1_200, ".")));
let issued = 0;
const source = cachingTokenSource(
  {
    identity: "bench",
    getToken: async () =>
      createAccessToken({ token: tokens[issued++] ?? "", expiresAt: Date.now() + 3_600_000 }),
  },
  { maxEntries: ENTRIES, maxSubjectEntries: ENTRIES },
);

const before = heap();
for (let i = 0; i < ENTRIES; i++) await source.getToken(request(i));
await new Promise(setImmediate);
console.log(Math.round((heap() - before) / ENTRIES));
if (source.stats().entries + source.stats().subjectEntries !== ENTRIES) process.exitCode = 1;

function request(i: number): TokenRequest {
  if (partition === "system") return { audience: [`https://mcp.example/${i}`] };
  return { subjectToken: `${i}`.padEnd(400, "."), audience: ["https://mcp.example"] };
}

function flat(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}

function heap(): number {
  if (globalThis.gc === undefined)
    throw new Error("Cannot measure memory: run node with --expose-gc");
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
