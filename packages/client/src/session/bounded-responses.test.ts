import { describe, expect, it, vi } from "vitest";
import { clientOf, serverOf } from "../connected-client.test-support.ts";
import { scriptedFlow } from "../flow.test-support.ts";
import { ResponseBudget } from "../response/response-budget.ts";
import { scriptedTokens } from "../scripted-tokens.test-support.ts";
import { boundedResponses } from "./bounded-responses.ts";

/** A body that begins with so many bytes and does not end. */
function endless(bytes: number) {
  const cancel = vi.fn();
  const start = (controller: ReadableStreamDefaultController<Uint8Array>) =>
    controller.enqueue(new Uint8Array(bytes));
  return { cancel, body: new ReadableStream({ start, cancel }) };
}

const json = { "content-type": "application/json" };

describe("boundedResponses", () => {
  it("passes answers up to the limit on, and ends longer ones", async () => {
    const { body, cancel } = endless(9);
    const answers = [new Response("12345678", { status: 418, headers: json }), new Response(body)];
    const fetch = async () => answers.shift() ?? new Response(null, { status: 202 });
    const without = () => new ResponseBudget({ maxBytes: 8, bytesName: "here" }, "read");
    const bounded = boundedResponses(fetch, { current: () => undefined, without });
    const short = await bounded("https://a.example");
    expect([short.status, short.headers.get("content-type")]).toEqual([418, json["content-type"]]);
    expect(await short.text()).toBe("12345678");
    const long = await bounded("https://a.example");
    await expect(long.text()).rejects.toMatchObject({ code: "ERR_TOKEN_RESPONSE" });
    expect(cancel).toHaveBeenCalledOnce();
    expect((await bounded("https://a.example")).status).toBe(202);
  });

  it("reads an answer no further once the call is over, as after its time limit", async () => {
    const server = await serverOf();
    const { body, cancel } = endless(1);
    const { flow } = scriptedFlow(scriptedTokens().source, {
      fetch: async (input, init) => {
        const isCall = String(init?.body).includes("tools/call");
        return isCall ? new Response(body, { headers: json }) : globalThis.fetch(input, init);
      },
    });
    const { client } = clientOf([], { flow, allowInsecureHosts: [server.host] });
    const tool = { name: "t", server: { name: "s", url: server.url } };
    // The limit includes the opening of the session.
    const call = client.callMcpTool(tool, {}, { userToken: "alice", timeoutMs: 1_000 });
    await expect(call).rejects.toMatchObject({ code: "ERR_TOKEN_TIMEOUT" });
    await vi.waitFor(() => expect(cancel).toHaveBeenCalledOnce());
  });
});
