import type * as node from "@agent-oauth/node";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createStsTokenSource } from "../exchange/create-sts-token-source.ts";
import type { StsActor } from "./actor-token.ts";

// A file system that never answers, such as a network drive whose server is gone.
vi.mock(
  import("@agent-oauth/node"),
  async (importOriginal): Promise<typeof node> => ({
    ...(await importOriginal()),
    fileTokenSource: () => ({
      identity: "file",
      getToken: () => new Promise<never>(() => {}),
      close() {},
    }),
  }),
);

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const ways: readonly [string, StsActor["token"], string][] = [
  ["whose file never answers", { file: "/hung/token" }, "ERR_TOKEN_TIMEOUT"],
  ["whose function never settles", () => new Promise<never>(() => {}), "ERR_TOKEN_PROVIDER"],
];

function sourceActingAs(token: StsActor["token"]) {
  const source = createStsTokenSource({
    tokenEndpoint: "https://sts.example/token",
    actor: { name: "agent", token },
    timeoutMs: 500,
  });
  onTestFinished(() => source.close());
  return source;
}

describe.each(ways)("an exchange for an actor %s", (_, token, code) => {
  it("ends with its signal", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const call = sourceActingAs(token)
      .getToken({ subjectToken: "ann" }, { signal: controller.signal })
      .catch((error: unknown) => error);
    controller.abort(reason);
    expect(await call).toBe(reason);
  });

  it("ends after timeoutMs", async () => {
    const call = sourceActingAs(token)
      .getToken({ subjectToken: "ann" })
      .catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(500);
    expect(await call).toMatchObject({
      code,
      retryable: true,
      message: expect.stringMatching(/^Cannot act as "agent": Cannot .*"timeoutMs"/),
    });
  });
});
