import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ControlClient } from "../../../test-support/control-client.ts";
import { type MockSts, startMockSts } from "../../mock-sts.ts";

let mock: MockSts;
let client: ControlClient;
beforeAll(async () => {
  mock = await startMockSts();
  client = new ControlClient(mock);
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await mock.close();
});

interface Document {
  openapi: string;
  paths: Record<
    string,
    Record<string, { operationId: string; security?: unknown; responses: object }>
  >;
}

describe("OpenAPI document", () => {
  it("is served, and is the one in docs; `vitest -u` writes it anew", async () => {
    const document = await client.get("/openapi.json");
    await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot(
      "../../../docs/openapi.json",
    );
  });

  it("describes only what is there", async () => {
    const { openapi, paths } = (await client.get("/openapi.json")) as Document;
    expect(openapi).toBe("3.1.1");
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => ({ path, method, operationId })),
    );
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(25);
    for (const { path, method } of operations.filter((it) => it.path !== "/events")) {
      const upper = method.toUpperCase() as "GET";
      const wrong = path.replace(/\{\w+\}/g, "none-such");
      // A query that no operation takes: it is refused by the operation, not by the router.
      const { body } = await client.send(upper, `${wrong}?none-such=1`);
      expect(["invalid_request", "admin_token_required"]).toContain(
        (body as { error: string }).error,
      );
    }
  });

  it("says where a response may have no body", async () => {
    const { paths } = (await client.get("/openapi.json")) as Document;
    expect(Object.keys(paths["/requests/next"]?.get?.responses ?? {})).toEqual([
      "200",
      "204",
      "default",
    ]);
  });

  it("says which operations reveal a secret", async () => {
    const { paths } = (await client.get("/openapi.json")) as Document;
    const secret = Object.values(paths)
      .flatMap((methods) => Object.values(methods))
      .filter(({ security }) => security !== undefined)
      .map(({ operationId }) => operationId);
    expect(secret).toEqual(["revealToken", "signUserToken"]);
  });
});
