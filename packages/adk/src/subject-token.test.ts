import { InvocationContext, PluginManager, ReadonlyContext } from "@google/adk";
import { describe, expect, it } from "vitest";
import { headerSubjectToken } from "./index.ts";

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
