import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TokenEvent } from "@agent-oauth/core";
import type { MockSts } from "@agent-oauth/mock-sts";
import type { StsActor, StsTokenSourceOptions } from "@agent-oauth/sts";
import { describe, expect, it } from "vitest";
import { rejection, temporaryDirectory } from "../agent.test-support.ts";
import { partsOfJwt, shown } from "../secret-traces.test-support.ts";
import { openStsAgent } from "./sts-agent.test-support.ts";

const MAY_ACT = { may_act: { sub: "agent" } };
const actorToken = (mock: MockSts, sub = "agent") => mock.userToken({ sub });

/** An agent that acts in its own name for a user, and what an MCP server says who calls. */
async function openDelegate(options: Partial<StsTokenSourceOptions> = {}) {
  const events: TokenEvent[] = [];
  let token = (): string | Promise<string> => "";
  const actor: StsActor = { name: "agent", token: () => token() };
  const onEvent = (event: TokenEvent) => events.push(event);
  const agent = await openStsAgent({}, { actor, onEvent, ...options });
  const { mock, client } = agent;
  token = () => actorToken(mock);
  return {
    ...agent,
    told: () => events.filter(({ type }) => type === "actor-ignored"),
    actAs(sub: string) {
      token = () => actorToken(mock, sub);
    },
    async whoami(userToken: string, index = 0) {
      const server = mock.sts.mcpServers[index];
      if (server === undefined) throw new Error("The mock has too few MCP servers");
      const { name, url, audience } = server;
      const tool = { name: "whoami", server: { name, url, request: { audience: [audience] } } };
      return (await client.callMcpTool(tool, {}, { userToken })).structuredContent;
    },
  };
}

describe("delegation through the client", () => {
  it("tells each server who acts for whom, and nobody of a fault", async () => {
    const { mock, whoami, exchanges, told } = await openDelegate();
    for (const sub of ["alice", "bob"]) {
      const userToken = await mock.userToken({ sub, claims: MAY_ACT });
      for (const index of [0, 1]) {
        expect(await whoami(userToken, index)).toMatchObject({ sub, actor: "agent" });
      }
    }
    expect(exchanges()).toBe(4);
    expect(told()).toEqual([]);
  });

  it("is refused to an actor whom the subject does not name, and shows no token", async () => {
    const { mock, whoami, actAs } = await openDelegate();
    actAs("another");
    const userToken = await mock.userToken({ sub: "alice", claims: MAY_ACT });
    const error = await rejection(whoami(userToken));
    expect(error).toMatchObject({ code: "ERR_TOKEN_OAUTH", oauthError: "invalid_request" });
    expect(partsOfJwt(userToken).filter((part) => shown(error).includes(part))).toEqual([]);
  });

  it("goes on with a token that Kubernetes has renewed", async () => {
    const file = join(await temporaryDirectory(), "token");
    const actor = { name: "agent", token: { file } };
    const { mock, whoami } = await openDelegate({ actor });
    for (const index of [0, 1]) {
      const claims = { jti: `${index}` };
      await writeFile(`${file}.new`, await mock.userToken({ sub: "agent", claims }));
      await rename(`${file}.new`, file);
      const userToken = await mock.userToken({ sub: "alice" });
      expect(await whoami(userToken, index)).toMatchObject({ actor: "agent" });
    }
    const sent = mock.recorder.requests.flatMap(({ actorToken }) => actorToken?.claims?.jti ?? []);
    expect(sent).toEqual(["0", "1"]);
  });

  it("at an STS that knows none is impersonation, of which an event tells", async () => {
    const { mock, whoami, told, source } = await openDelegate();
    mock.controls.stsQuirks = ["keycloak-actor-ignored"];
    const answer = await whoami(await mock.userToken({ sub: "alice", claims: MAY_ACT }));
    expect(answer).toMatchObject({ sub: "alice" });
    expect(answer).not.toHaveProperty("actor");
    const [{ audience } = {}] = mock.sts.mcpServers;
    expect(told()).toMatchObject([{ identity: source.identity, audience: [audience] }]);
  });

  it("at an STS that knows none can be made to fail", async () => {
    const { mock, whoami } = await openDelegate({ actorIgnored: "error" });
    mock.controls.stsQuirks = ["keycloak-actor-ignored"];
    const userToken = await mock.userToken({ sub: "alice", claims: MAY_ACT });
    const error = await rejection(whoami(userToken));
    expect(error).toMatchObject({ code: "ERR_TOKEN_RESPONSE", retryable: false });
    expect(mock.recorder.count({ listener: "gateway" })).toBe(0);
  });
});
