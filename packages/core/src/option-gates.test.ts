import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bindBearer } from "./bearer/bearer-binding.ts";
import { bearerFetch } from "./bearer/bearer-fetch.ts";
import { toHeaders } from "./bearer/to-headers.ts";
import { toMcpAuthProvider } from "./bearer/to-mcp-auth-provider.ts";
import { createClientPool } from "./operations/client-pool.ts";
import { createOperationCache } from "./operations/create-operation-cache.ts";
import { isPlainObject } from "./options/plain-object.ts";
import { chain } from "./sources/chain.ts";
import { fromTokenProvider } from "./sources/from-token-provider.ts";
import { staticTokenSource } from "./sources/static-token-source.ts";
import { createAccessToken } from "./token/access-token.ts";
import { resolveExpiresAt } from "./token/expires-at.ts";
import { toolTokens } from "./tools/tool-tokens.ts";

const source = staticTokenSource("t");
const resource = "https://mcp.example/mcp";

/** Each place that takes options, with options that it takes, and a slip of the pen with what was meant. */
const gates: Record<
  string,
  [take: (options: never) => unknown, good: object, slip: string, meant: string]
> = {
  bearerFetch: [(o) => bearerFetch(source, o), { resource }, "resouce", "resource"],
  bindBearer: [
    (o) => bindBearer(source, o),
    { resource },
    "allow_insecure_hosts",
    "allowInsecureHosts",
  ],
  toHeaders: [(o) => toHeaders(source, {}, o), {}, "minvalidity", "minValidityMs"],
  toMcpAuthProvider: [(o) => toMcpAuthProvider(source, {}, o), {}, "resources", "resource"],
  createClientPool: [(o) => createClientPool(() => 1, o), {}, "maxClient", "maxClients"],
  createOperationCache: [(o) => createOperationCache(o), {}, "maxEntires", "maxEntries"],
  wrap: [
    (o) => createOperationCache().wrap(async () => 1, o),
    { name: "read", ttlMs: 1, principal: "alice" },
    "princpal",
    "principal",
  ],
  "clear of an operation cache": [(o) => createOperationCache().clear(o), {}, "names", "name"],
  toolTokens: [(o) => toolTokens(source, o), { audienceOf: () => [] }, "maxRun", "maxRuns"],
  startRun: [
    (o) => toolTokens(source, { audienceOf: () => [] }).startRun("r", o),
    { subjectToken: "alice" },
    "principle",
    "principal",
  ],
  ready: [
    (o) => toolTokens(source, { audienceOf: () => [] }).ready("r", { name: "none of MCP" }, o),
    {},
    "sginal",
    "signal",
  ],
  "a tool": [
    (o) => toolTokens(source, { audienceOf: () => [] }).ready("r", o),
    { name: "none of MCP" },
    "serverName",
    "server",
  ],
  fromTokenProvider: [(o) => fromTokenProvider(() => "t", o), {}, "timeoutMS", "timeoutMs"],
  "fromTokenProvider, of the cache": [
    (o) => fromTokenProvider(() => "t", o),
    { maxEntries: 1, clock: { now: () => 0, monotonic: () => 0 } },
    "maxEntrys",
    "maxEntries",
  ],
  resolveExpiresAt: [(o) => resolveExpiresAt({}, o), { sentAt: 0 }, "sendAt", "sentAt"],
  staticTokenSource: [(o) => staticTokenSource(o), { token: "t" }, "expires_at", "expiresAt"],
  "getToken of a static source": [(o) => source.getToken({}, o), {}, "reject", "rejected"],
  "getToken of a chain": [(o) => chain([source]).getToken({}, o), {}, "rejected_by", "rejectedBy"],
};

/** What comes in the place of options: what was forgotten to be awaited, unpacked or named. */
const junk = [
  null,
  7,
  true,
  "",
  [],
  ["alice"],
  () => ({}),
  Promise.resolve({}),
  new Map([["resource", resource]]),
  new Headers(),
  new AbortController().signal,
  new (class {
    #secret = "s3ntinel";
    get() {
      return this.#secret;
    }
  })(),
];

describe.each(Object.entries(gates))("the options of %s", (name, [take, good, slip, meant]) => {
  it("pass if all of them are known", async () => {
    await take(good as never);
    await take(Object.assign(Object.create(null), good) as never);
  });

  it("name what was meant by a misspelt one, also if that is undefined", async () => {
    for (const value of ["s3ntinel", undefined]) {
      const error = await failure(() => take({ ...good, [slip]: value } as never));
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).toContain(`${JSON.stringify(slip)}; did you mean "${meant}"?`);
      expect(String(error)).not.toContain("s3ntinel");
    }
  });

  it("refuse a name that is hidden and a symbol", async () => {
    // A call for a token is checked on each hit: it looks at what a loop over names sees.
    if (name.startsWith("getToken") || name === "toHeaders") return;
    for (const unknown of ["zzz", Symbol("zzz"), "__proto__"]) {
      const options = Object.defineProperty({ ...good }, unknown, { value: 1, enumerable: false });
      const error = await failure(() => take(options as never));
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).toContain("there is no");
    }
  });

  it("refuse what is no plain object", async () => {
    for (const value of junk) {
      if (name === "staticTokenSource" && typeof value === "string") continue;
      const error = await failure(() => take(value as never));
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).not.toContain("s3ntinel");
    }
  });

  it("refuse whatever else it is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (value) => {
        fc.pre(value !== undefined && !(typeof value === "string" && name === "staticTokenSource"));
        fc.pre(!isPlainObject(value) || Object.keys(value).length > 0);
        expect(await failure(() => take(value as never))).toBeInstanceOf(Error);
      }),
      { numRuns: 100 },
    );
  });
});

describe("staticTokenSource", () => {
  it("takes a token that was made before", async () => {
    const token = createAccessToken({ token: "t", expiresAt: Date.now() + 60_000 });
    expect(await staticTokenSource(token).getToken()).toBe(token);
  });
});

/** What a call throws, at once or later. */
async function failure(take: () => unknown): Promise<unknown> {
  try {
    await take();
  } catch (error) {
    return error;
  }
  return "nothing was thrown";
}
