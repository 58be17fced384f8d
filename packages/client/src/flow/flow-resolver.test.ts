import { TokenError } from "@agent-oauth/core";
import { describe, expect, it } from "vitest";
import { scriptedFlow } from "../flow.test-support.ts";
import { createAgentGatewayClient, type GatewayFlow } from "../index.ts";
import { scriptedTokens } from "../scripted-tokens.test-support.ts";

/** A detector that answers from a list, the last answer again and again. */
function detectorOf(...answers: readonly (GatewayFlow | TokenError | undefined)[]) {
  let calls = 0;
  const detect = async () => {
    const answer = answers[Math.min(calls++, answers.length - 1)];
    if (answer instanceof TokenError) throw answer;
    return answer;
  };
  return { detect, calls: () => calls };
}

const flowOf = () => scriptedFlow(scriptedTokens().source);

describe("flows", () => {
  it("are looked for at first use, once for all calls, in their order", async () => {
    const { flow } = flowOf();
    const [nothing, found, never] = [detectorOf(undefined), detectorOf(flow), detectorOf(flow)];
    const flows = [nothing, found, never].map(({ detect }) => detect);
    const client = createAgentGatewayClient({ flows });
    expect(nothing.calls()).toBe(0);
    await Promise.all([client.getUserAuth("a"), client.getUserAuth("b"), client.getClientId()]);
    await client.getUserAuth("c");
    expect([nothing, found, never].map(({ calls }) => calls())).toEqual([1, 1, 0]);
  });

  it("are looked for again only after a failure", async () => {
    const wrong = new TokenError("ERR_TOKEN_CONFIG", "Cannot read the credentials: not JSON");
    const first = detectorOf(undefined, wrong, flowOf().flow);
    const second = detectorOf(undefined);
    const client = createAgentGatewayClient({ flows: [first.detect, second.detect] });
    await expect(client.getClientId()).rejects.toMatchObject({
      code: "ERR_TOKEN_SOURCE_UNAVAILABLE",
    });
    // What is there but wrong is not passed over in silence.
    await expect(client.getClientId()).rejects.toBe(wrong);
    expect(await client.getClientId()).toBe("client-1");
    expect(await client.getClientId()).toBe("client-1");
    expect([first.calls(), second.calls()]).toEqual([3, 1]);
  });

  it("are named in the error if none is found", async () => {
    const flows = [async function customerMtls() {}, async () => undefined] as never;
    const error = await createAgentGatewayClient({ flows })
      .getClientId()
      .catch((e: unknown) => e);
    expect(String(error)).toBe(
      'TokenError: Cannot find a way to get tokens: nothing is configured here for "customerMtls", "number 2"',
    );
  });

  it.each([null, {}, "flow", () => ({}), { userTokens: {} }])(
    "are not what a detector returns if it is %s",
    async (wrong) => {
      const client = createAgentGatewayClient({ flows: [async () => wrong as never] });
      await expect(client.getClientId()).rejects.toMatchObject({ code: "ERR_TOKEN_PROVIDER" });
      await expect(client.getUserAuth("a")).rejects.toThrow("it must return a flow");
    },
  );

  it("that a detector made are cleared and closed by the client", async () => {
    const { flow, done } = flowOf();
    const client = createAgentGatewayClient({ flows: [detectorOf(flow).detect] });
    client.clearTokenCache();
    expect(done).toEqual([]);
    await client.getClientId();
    client.clearTokenCache();
    await client.close();
    expect(done).toEqual(["clearTokens", "close"]);
  });

  it("that a detector is about to make are closed, too", async () => {
    const { flow, done } = flowOf();
    const found = Promise.withResolvers<GatewayFlow>();
    const client = createAgentGatewayClient({ flows: [() => found.promise] });
    const call = client.getClientId();
    // Detection begins when the caller is known.
    await new Promise((resolve) => setImmediate(resolve));
    const closing = client.close();
    found.resolve(flow);
    await Promise.all([call, closing]);
    expect(done).toEqual(["close"]);
  });

  it("are not looked for to close", async () => {
    const { detect, calls } = detectorOf(flowOf().flow);
    await createAgentGatewayClient({ flows: [detect] }).close();
    expect(calls()).toBe(0);
  });
});
