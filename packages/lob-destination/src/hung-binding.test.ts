import { systemClock } from "@agent-oauth/core";
import type * as node from "@agent-oauth/node";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { checkDestinationBinding } from "./binding/destination-binding.ts";
import { createLobFlow, detectLob } from "./create-flow.ts";
import { DestinationFlow } from "./destination-flow.ts";
import { bindingAt } from "./flow.test-support.ts";
import type { LobFlow } from "./flow.ts";

// A file system that never answers, such as a network drive whose server is gone.
vi.mock(import("@agent-oauth/node"), async (importOriginal): Promise<typeof node> => {
  const never = () => new Promise<never>(() => {});
  return { ...(await importOriginal()), findServiceBindings: never, readSecretDirectory: never };
});

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** A flow whose binding was read once and never answers again. */
function hungFlow(): LobFlow {
  const access = checkDestinationBinding(bindingAt({ origin: "https://btp.example" }), {
    origin: "it",
    allowInsecureHosts: [],
    clock: systemClock,
  });
  const readAgain = () => new Promise<never>(() => {});
  const parts = { access, readAgain, landscape: "eu10", tokenUrl: undefined };
  const flow = new DestinationFlow(parts, { timeoutMs: 500 });
  onTestFinished(() => flow.close());
  return flow;
}

const tenant = "acme";
const calls: Record<string, (flow: LobFlow, signal?: AbortSignal) => Promise<unknown>> = {
  listMcpServers: (flow, signal) => flow.listMcpServers({ tenant, ...(signal && { signal }) }),
  listAgents: (flow, signal) => flow.listAgents({ tenant, ...(signal && { signal }) }),
  clientId: (flow, signal) => flow.clientId(signal && { signal }),
  "systemTokens.getToken": (flow, signal) =>
    flow.systemTokens.getToken({ tenant }, signal && { signal }),
  "userTokens.getToken": (flow, signal) =>
    flow.userTokens.getToken({ tenant, subjectToken: "ann" }, signal && { signal }),
};

async function settledBy(end: () => unknown, call: Promise<unknown>): Promise<unknown> {
  const settled = call.catch((error: unknown) => error);
  await end();
  return settled;
}

describe.each(Object.entries(calls))("%s, while the binding never answers", (_, call) => {
  it("ends with its signal", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const asked = call(hungFlow(), controller.signal);
    expect(await settledBy(() => controller.abort(reason), asked)).toBe(reason);
  });

  it("ends after timeoutMs", async () => {
    const asked = call(hungFlow());
    expect(await settledBy(() => vi.advanceTimersByTimeAsync(500), asked)).toMatchObject({
      code: "ERR_TOKEN_TIMEOUT",
      retryable: true,
      message: expect.stringContaining('"timeoutMs"'),
    });
  });

  it("ends when the flow is closed", async () => {
    const flow = hungFlow();
    const asked = call(flow);
    expect(await settledBy(() => flow.close(), asked)).toMatchObject({ code: "ERR_TOKEN_CLOSED" });
  });
});

describe.each([
  ["createLobFlow", createLobFlow],
  ["detectLob", (options: object) => detectLob(options)()],
])("%s, while the file system never answers", (_, create) => {
  it("ends after timeoutMs", async () => {
    const created = create({ bindingRoot: "/hung", env: {}, landscape: "eu10", timeoutMs: 500 });
    expect(await settledBy(() => vi.advanceTimersByTimeAsync(500), created)).toMatchObject({
      code: "ERR_TOKEN_TIMEOUT",
      message: expect.stringContaining("Cannot find a binding of the Destination Service"),
    });
  });
});
