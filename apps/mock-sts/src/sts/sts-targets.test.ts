import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { StsAgent, type StsForm } from "../../test-support/sts-agent.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";
import type { StsTarget } from "../options/sts-targets.ts";

const targets: readonly StsTarget[] = [
  { audience: "mail", resource: "https://mail.example/mcp?v=1", scopes: ["read", "send"] },
  { audience: "files", scopes: ["read", "write"] },
  { resource: "urn:example:printer" },
  { resource: "https://files.example" },
  { audience: "vault", clients: ["trusted"] },
];

let mock: MockSts;
let agent: StsAgent;
beforeAll(async () => {
  mock = await startMock("combine");
  agent = new StsAgent(mock);
});
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  await mock.close();
});

function startMock(severalTargets: "combine" | "refuse"): Promise<MockSts> {
  return startMockSts({
    sts: { publicClient: true, targets, severalTargets },
    clients: [{ clientId: "trusted", authentication: "none" }],
  });
}

async function attempt(fields: StsForm, [client, of] = [agent, mock]) {
  const subject = await of.userToken({ sub: "alice" });
  const { status, body, token } = await client.exchange({ subject_token: subject, ...fields });
  return status === 200
    ? { aud: decodeJwt(token).aud, scope: decodeJwt(token).scope, told: body.scope }
    : { status, error: body.error };
}

const refused = { status: 400, error: "invalid_target" };
const granted = (aud: string | string[]) => ({ aud, scope: undefined, told: undefined });

describe("audience and resource (RFC 8693 §2.1; RFC 8707 §2)", () => {
  it("[8693-5] [8707-4] takes a target by its name, by its URI, with a query, and by a URN", async () => {
    const { url = "" } = mock.sts.mcpServers[0] ?? {};
    for (const fields of [
      { audience: "mail" },
      { audience: "tickets" },
      { resource: "https://mail.example/mcp?v=1" },
      { resource: "urn:example:printer" },
      { resource: url },
    ]) {
      expect(await attempt(fields)).toEqual(granted(Object.values(fields)[0] ?? ""));
    }
  });

  it("[8693-4] [8707-3] refuses what it does not know, comparing exactly", async () => {
    for (const fields of [
      { audience: "unknown" },
      { audience: "Mail" },
      { audience: "https://files.example" },
      { resource: "https://unknown.example" },
      { resource: "https://files.example/" },
      { resource: "https://mail.example/mcp" },
      { audience: ["mail", "unknown"] },
      { audience: "mail", resource: "https://unknown.example" },
    ]) {
      expect(await attempt(fields)).toEqual(refused);
    }
  });

  it.each([
    "files",
    "/mcp",
    "https://files.example#x",
    "https://files.example#",
    "a b:c",
    "https:// x",
  ])(
    "[8693-5] [8707-1] refuses the resource %j, which is not an absolute URI without a fragment",
    async (resource) => {
      expect(await attempt({ resource })).toEqual(refused);
    },
  );

  it("[8693-4] [8707-3] refuses a client a target that is not for it", async () => {
    expect(await attempt({ audience: "vault" })).toEqual(refused);
    expect(await attempt({ audience: "vault", client_id: "trusted" })).toEqual(granted("vault"));
  });

  it("[8693-5] [8693-6] [8707-2] puts every target into aud, in order and once, if it combines", async () => {
    const audience = ["files", "mail", "files"];
    const resource = ["urn:example:printer", "https://files.example"];
    expect(await attempt({ audience, resource })).toEqual(granted(["files", "mail", ...resource]));
  });

  it("[8693-6] refuses several targets if it does not, but takes two names of one", async () => {
    await using single = await startMock("refuse");
    await using client = new StsAgent(single);
    const at: [StsAgent, MockSts] = [client, single];
    for (const fields of [
      { audience: ["mail", "files"] },
      { audience: "mail", resource: "urn:example:printer" },
    ]) {
      expect(await attempt(fields, at)).toEqual(refused);
    }
    const names = { audience: "mail", resource: "https://mail.example/mcp?v=1" };
    expect(await attempt(names, at)).toEqual(granted(["mail", names.resource]));
    expect(await attempt({ audience: ["mail", "mail"] }, at)).toEqual(granted("mail"));
  });
});

describe("scope (RFC 8693 §2.2.1)", () => {
  it("[8693-7] is in the response only if it is narrower than the request", async () => {
    expect(await attempt({ audience: "mail", scope: "read send" })).toEqual({
      aud: "mail",
      scope: "read send",
      told: undefined,
    });
    expect(await attempt({ audience: "mail", scope: "write read" })).toEqual({
      aud: "mail",
      scope: "read",
      told: "read",
    });
  });

  it("is that of all targets", async () => {
    const all = await attempt({ audience: ["mail", "files"], scope: "send write" });
    expect(all).toMatchObject({ scope: "send write", told: undefined });
  });

  it("[8707-5] must exist, and at the target", async () => {
    for (const fields of [
      { audience: "mail", scope: "read unknown" },
      { audience: "mail", scope: "write" },
      { resource: "urn:example:printer", scope: "read" },
      { scope: "read" },
    ]) {
      expect(await attempt(fields)).toEqual({ status: 400, error: "invalid_scope" });
    }
  });
});
