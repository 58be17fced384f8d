import { describe, expect, it, vi } from "vitest";
import { bearerFetch } from "./bearer/bearer-fetch.ts";
import { cachedScript, settled } from "./cache/cached-script.test-support.ts";
import { createClientPool } from "./operations/client-pool.ts";
import { resolveExpiresAt } from "./token/expires-at.ts";

const resource = "https://mcp.example/mcp";

/** Each callback of a hook, adapter or pool: calls it once, and returns what the work comes to. */
const callbacks: Record<string, (callback: () => never) => unknown> = {
  async onInsufficientScope(callback) {
    const headers = { "www-authenticate": 'Bearer error="insufficient_scope"' };
    const fetch = async () => new Response(null, { status: 403, headers });
    const { cache } = cachedScript();
    const bound = bearerFetch(cache, { resource, fetch, onInsufficientScope: callback });
    return (await bound(resource)).status;
  },
  onEvicted(callback) {
    const pool = createClientPool(() => "client", { maxClients: 1, onEvicted: callback });
    pool.get({});
    return [pool.get({}), pool.size];
  },
  onSkipped: (callback) =>
    resolveExpiresAt({ expires_in: "soon" }, { sentAt: 0, onSkipped: callback }),
};

const outcomes: Record<string, unknown> = {
  onInsufficientScope: 403,
  onEvicted: ["client", 1],
  onSkipped: undefined,
};

const ways: Record<string, () => unknown> = {
  throws: () => {
    throw new Error("mine");
  },
  rejects: async () => {
    throw new Error("mine");
  },
  "rejects as a thenable": () => ({
    // biome-ignore lint/suspicious/noThenProperty: a thenable of another library.
    then: (_: unknown, reject: (error: Error) => void) => reject(new Error("mine")),
  }),
  "never settles": () => new Promise(() => {}),
};

describe.each(Object.entries(callbacks))("%s", (name, work) => {
  it.each(Object.entries(ways))("ends nothing if it %s", async (_, way) => {
    const callback = vi.fn(way as () => never);
    expect(await work(callback)).toEqual(outcomes[name]);
    expect(callback).toHaveBeenCalledOnce();
    await settled(); // A rejection that nobody handles would end the test run.
  });
});
