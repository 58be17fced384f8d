import { McpToolset } from "@agent-oauth/adk";
import { createAgentGatewayClient, type McpServerRef, mcpServers } from "@agent-oauth/client";
import { setLogger } from "@google/adk";
import { describe, expect, it, onTestFinished } from "vitest";
import { adkAgent } from "../adk/adk-agent.test-support.ts";
import { rejection } from "../agent.test-support.ts";
import { shown } from "../secret-traces.test-support.ts";
import { openStsAgent } from "./sts-agent.test-support.ts";
import {
  badActors,
  badAudiences,
  badMetadata,
  badSubjects,
  type StsFault,
  secretsOf,
  unavailable,
} from "./sts-faults.test-support.ts";

// ADK would write every failure to the console.
setLogger(null);

const nothingWrong: StsFault = { name: "nothing", error: {}, says: /^/ };

/** An agent for which something goes wrong, and the calls by which it learns of it. */
async function openFaultyAgent(fault: StsFault) {
  const { mock, source, exchanges } = await openStsAgent({}, fault.options);
  const [server] = mock.sts.mcpServers;
  if (server === undefined) throw new Error("The mock has no MCP server");
  const { name, url } = server;
  const request = { audience: [fault.audience ?? server.audience] };
  const ref: McpServerRef = { name, url, request, tools: { echo: { audience: ["nobody"] } } };
  const flow = { tokens: source, servers: [ref], fetch: source.fetch };
  const client = createAgentGatewayClient({ flow: mcpServers(flow) });
  const userToken = (await fault.subject?.(mock)) ?? (await mock.userToken({ sub: "alice" }));
  onTestFinished(() => client.close());
  fault.prepare?.(mock);
  return {
    mock,
    exchanges,
    userToken,
    call: () => client.callMcpTool({ name: "whoami", server: ref }, {}, { userToken }),
    /** An ADK run that calls the tool; without a user token it is nobody's. */
    run(tool: string, subjectToken?: string) {
      // With a cache of its own, which remembers no failure of the client's.
      const options = { ...flow, toolFilter: [tool], subjectToken: () => subjectToken };
      const toolset = new McpToolset(options);
      onTestFinished(() => toolset.dispose());
      return adkAgent(toolset)("alice");
    },
  };
}

describe.each([
  ["metadata", badMetadata],
  ["a subject token", badSubjects],
  ["an actor", badActors],
  ["the audience", badAudiences],
  ["an STS", unavailable],
])("%s", (_what, faults) => {
  it.each(faults)(
    "$name: caller and run are told what failed and why, without a token",
    async (fault) => {
      const { mock, exchanges, userToken, call, run } = await openFaultyAgent(fault);
      for (const attempt of [call, () => run("whoami", userToken)]) {
        const error = await rejection(attempt());
        expect(error).toMatchObject(fault.error);
        expect(error).toHaveProperty("message", expect.stringMatching(fault.says));
        const { cause } = error as Error;
        if (fault.cause === undefined) expect(cause).toBeUndefined();
        else expect(cause).toMatchObject(fault.cause);
        expect(secretsOf(userToken).filter((secret) => shown(error).includes(secret))).toEqual([]);
      }
      if (fault.exchanges !== undefined) expect(exchanges()).toBe(2 * fault.exchanges);
      expect(mock.recorder.count({ listener: "gateway" })).toBe(0);
    },
  );
});

describe("a run", () => {
  it("without a subject token is told so, and nothing is exchanged", async () => {
    const { exchanges, run } = await openFaultyAgent(nothingWrong);
    const error = await rejection(run("whoami"));
    expect(error).toMatchObject({ code: "ERR_TOKEN_SUBJECT_REQUIRED", retryable: false });
    expect(error).toHaveProperty("message", expect.stringMatching(/"subjectToken" returned no/));
    expect(exchanges()).toBe(0);
  });

  it("whose tools could be listed has the call answered with what failed, without a token", async () => {
    const { mock, run, userToken } = await openFaultyAgent(nothingWrong);
    const answers = await run("echo", userToken);
    expect(answers).toEqual([{ error: expect.stringContaining("answered 400 invalid_target") }]);
    expect(secretsOf(userToken).filter((secret) => shown(answers).includes(secret))).toEqual([]);
    expect(mock.recorder.count({ tool: "echo" })).toBe(0);
  });
});
