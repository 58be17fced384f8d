import type * as node from "@agent-oauth/node";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { AgentGatewayFlow } from "./agent-gateway-flow.ts";
import { createCustomerMtlsFlow, detectCustomerMtls } from "./create-flow.ts";
import { credentialsWith } from "./credentials/credentials.test-support.ts";
import { checkCustomerCredentials } from "./credentials/customer-credentials.ts";

// A file system that never answers, such as a network drive whose server is gone.
vi.mock(import("@agent-oauth/node"), async (importOriginal): Promise<typeof node> => {
  const never = () => new Promise<never>(() => {});
  return {
    ...(await importOriginal()),
    findServiceBindings: never,
    createWatchedFile: (path) => ({ path, read: never, refresh: never, close() {} }),
  };
});

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const never = () => new Promise<never>(() => {});

/** A flow whose credentials were read once, and whose file never answers again. */
function hungFlow(
  resolveDependencies?: () => Promise<never>,
  refresh: () => Promise<void> = never,
) {
  const clock = { now: Date.now, monotonic: () => performance.now() };
  const access = checkCustomerCredentials(credentialsWith(), {
    origin: "it",
    allowInsecureHosts: [],
    clock,
  });
  const flow = new AgentGatewayFlow(
    access,
    { a2a: true, timeoutMs: 500, ...(resolveDependencies && { resolveDependencies }) },
    { refresh, close() {} },
  );
  onTestFinished(() => flow.close());
  return flow;
}

const calls: Record<string, (flow: AgentGatewayFlow, signal?: AbortSignal) => Promise<unknown>> = {
  listMcpServers: (flow, signal) => flow.listMcpServers(signal && { signal }),
  listAgents: (flow, signal) => flow.listAgents(signal && { signal }),
  clientId: (flow, signal) => flow.clientId(signal && { signal }),
  "systemTokens.getToken": (flow, signal) => flow.systemTokens.getToken({}, signal && { signal }),
  "userTokens.getToken": (flow, signal) =>
    flow.userTokens.getToken({ subjectToken: "ann" }, signal && { signal }),
};
const listings = Object.entries(calls).filter(([name]) => name.startsWith("list"));

async function settledBy(end: () => unknown, call: Promise<unknown>): Promise<unknown> {
  const settled = call.catch((error: unknown) => error);
  await end();
  return settled;
}

describe.each(Object.entries(calls))("%s, while the credentials file never answers", (_, call) => {
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

describe.each(listings)("%s, while resolveDependencies never settles", (_, call) => {
  const flowOf = () => hungFlow(never, async () => {});

  it("ends with its signal", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const asked = call(flowOf(), controller.signal);
    expect(await settledBy(() => controller.abort(reason), asked)).toBe(reason);
  });

  it("ends after timeoutMs", async () => {
    const asked = call(flowOf());
    expect(await settledBy(() => vi.advanceTimersByTimeAsync(500), asked)).toMatchObject({
      code: "ERR_TOKEN_TIMEOUT",
    });
  });
});

describe.each([
  ["createCustomerMtlsFlow", createCustomerMtlsFlow],
  ["detectCustomerMtls", (options: object) => detectCustomerMtls(options)()],
])("%s, while the file system never answers", (_, create) => {
  it.each([
    ["a binding", { bindingRoot: "/hung" }, "find credentials"],
    ["a file", { credentialsFile: "/hung/credentials" }, 'read credentials file "/hung'],
  ])("ends after timeoutMs with %s", async (_, place, doing) => {
    const created = create({ ...place, timeoutMs: 500 });
    expect(await settledBy(() => vi.advanceTimersByTimeAsync(500), created)).toMatchObject({
      code: "ERR_TOKEN_TIMEOUT",
      message: expect.stringContaining(`Cannot ${doing}`),
    });
  });
});
