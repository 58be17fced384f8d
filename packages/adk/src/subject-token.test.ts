import { inspect } from "node:util";
import { InvocationContext, PluginManager, ReadonlyContext } from "@google/adk";
import { describe, expect, it } from "vitest";
import { headerSubjectToken, McpToolset } from "./index.ts";
import { scriptedTokens } from "./scripted-tokens.test-support.ts";

function contextOf(state: Record<string, unknown>): ReadonlyContext {
  return new ReadonlyContext(
    new InvocationContext({
      invocationId: "e-1",
      pluginManager: new PluginManager(),
      session: { id: "s", appName: "test", userId: "alice", state, events: [], lastUpdateTime: 0 },
    }),
  );
}

describe("headerSubjectToken", () => {
  it.each([
    [{ Authorization: "Bearer alice" }, "alice"],
    [{ authorization: "Bearer alice" }, "alice"],
    [{ Authorization: "bearer   alice  " }, "alice"],
    [{ Authorization: "Bearer " }, undefined],
    [{ Authorization: "Bearer" }, undefined],
    [{ Authorization: "Beareralice" }, undefined],
    [{ Authorization: "alice" }, undefined],
    [{ Authorization: "Basic YTpi" }, undefined],
    [{ Authorization: "Bearer alice, Bearer bob" }, undefined],
    [{ Authorization: ["Bearer alice"] }, undefined],
    [{ "X-Authorization": "Bearer alice" }, undefined],
    [undefined, undefined],
    [null, undefined],
    ["Bearer alice", undefined],
  ])("%j gives %s", (headers, token) => {
    expect(headerSubjectToken(contextOf({ headers }))).toBe(token);
  });
});

describe("McpToolset", () => {
  it.each(["subjectToken", "principal", "tenant"])(
    "shows nothing of what %s throws",
    async (name) => {
      const toolset = new McpToolset({
        server: { name: "orders", url: "https://orders.example/mcp" },
        tokens: scriptedTokens().source,
        subjectToken: () => "alice",
        [name]: () => {
          throw new Error("cannot parse s3cret");
        },
      });
      const error = await toolset.getTools(contextOf({})).catch((error: unknown) => error);
      expect(error).toMatchObject({ code: "ERR_TOKEN_PROVIDER", retryable: false });
      expect(String(error)).toContain(name);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("s3cret");
    },
  );

  it.each<[string, unknown, string]>([
    ["subjectToken", undefined, "ERR_TOKEN_SUBJECT_REQUIRED"],
    ["subjectToken", null, "ERR_TOKEN_SUBJECT_REQUIRED"],
    ["subjectToken", " ", "ERR_TOKEN_SUBJECT_REQUIRED"],
    ["subjectToken", "Bearer ", "ERR_TOKEN_SUBJECT_REQUIRED"],
    ["subjectToken", { token: "s3cret" }, "ERR_TOKEN_PROVIDER"],
    ["subjectToken", () => "s3cret", "ERR_TOKEN_PROVIDER"],
    ...["principal", "tenant"].flatMap((name) =>
      [undefined, null, "", " ", 7, { s3cret: 1 }].map((value): [string, unknown, string] => [
        name,
        value,
        "ERR_TOKEN_PROVIDER",
      ]),
    ),
  ])("fails with a code if %s returns %j", async (name, value, code) => {
    for (const give of [() => value, async () => value]) {
      const toolset = new McpToolset({
        server: { name: "orders", url: "https://orders.example/mcp" },
        tokens: scriptedTokens().source,
        subjectToken: () => "alice",
        [name]: give,
      });
      const error = await toolset.getTools(contextOf({})).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: "TokenError", code, retryable: false });
      expect(String(error)).toContain(`"${name}"`);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("s3cret");
    }
  });
});
