import { writeFile } from "node:fs/promises";
import type { CertificatePair } from "@agent-oauth/mock-sts";
import { createClientCertificate } from "@agent-oauth/token-endpoint";
import { Agent } from "undici";
import { describe, expect, it } from "vitest";
import { atOnce, openAgent } from "./agent.test-support.ts";

const mock = { requireBoundCertificate: true };
const SERVERS = ["cost-centers", "orders", "calendar"];

/** The `x5t#S256` of a pair. */
function thumbprintOf(pair: CertificatePair): string {
  return createClientCertificate(pair).thumbprint;
}

async function openBusyAgent() {
  const agent = await openAgent({ mock });
  const users = await Promise.all(["alice", "bob"].map(agent.signIn));
  const burst = () =>
    atOnce(60, (index) => agent.whoami(SERVERS[index % 3] ?? "", users[index % 2] ?? ""));
  return { ...agent, burst };
}

describe("a client certificate that is replaced in its file", () => {
  it("is used for tokens and calls from then on, and no call under way fails", async () => {
    const agent = await openBusyAgent();
    await agent.burst();
    const pair = await agent.mock.issueClientCertificate();
    const [before, after] = [agent.mock.clientCertificate, pair].map(thumbprintOf);
    expect(after).not.toBe(before);

    const hold = agent.mock.controls.hold({ mcpMethod: "tools/call" });
    const underWay = agent.burst();
    await hold.arrived(60);
    await agent.writeCredentials(pair);
    await agent.flow.reloadCredentials();
    const started = agent.burst();
    hold.release();
    const answers = [...(await underWay), ...(await started)];
    expect(answers.map(({ sub }) => sub)).toEqual(
      answers.map((_, index) => (index % 2 ? "bob" : "alice")),
    );

    expect(agent.mock.recorder.count({ status: 401 })).toBe(0);
    agent.mock.recorder.clear();
    await agent.burst();
    expect(agent.tokenRequests()).toBe(0);
    for (const { bearer, tls } of agent.mock.recorder.requests) {
      expect(bearer?.claims?.cnf).toEqual({ "x5t#S256": after });
      expect(tls.clientCertificate).toBe(after);
    }
  });

  it("costs one token request a user", async () => {
    const agent = await openBusyAgent();
    await agent.burst();
    expect(agent.tokenRequests()).toBe(2);
    await agent.writeCredentials(await agent.mock.issueClientCertificate());
    await agent.flow.reloadCredentials();
    await agent.burst();
    expect(agent.tokenRequests()).toBe(4);
    // The old ones were not even tried.
    expect(agent.mock.recorder.count({ status: 401 })).toBe(0);
  });

  it("is noticed by the next token request, without a poll", async () => {
    const agent = await openAgent({ mock });
    const pair = await agent.mock.issueClientCertificate();
    await agent.client.getSystemAuth();
    await agent.writeCredentials(pair);
    agent.client.clearTokenCache();
    const { confirmation } = await agent.client.getSystemAuth();
    expect(confirmation).toEqual({ x5tS256: thumbprintOf(pair) });
    expect(agent.mock.recorder.requests.at(-1)?.tls.clientCertificate).toBe(thumbprintOf(pair));
  });

  it("changes nothing as long as the file is half-written, and is used once it is whole", async () => {
    const errors: unknown[] = [];
    const agent = await openAgent({
      mock,
      flow: { onCredentialsError: (error) => errors.push(error) },
    });
    const userToken = await agent.signIn("alice");
    const old = await agent.whoami("calendar", userToken);
    const pair = await agent.mock.issueClientCertificate();
    const whole = JSON.stringify(agent.mock.credentials(pair));
    await writeFile(agent.credentialsFile, whole.slice(0, whole.length / 2));
    await agent.flow.reloadCredentials();
    expect(await agent.whoami("calendar", userToken)).toEqual(old);
    expect(errors).toEqual([expect.objectContaining({ code: "ERR_TOKEN_CONFIG" })]);

    await writeFile(agent.credentialsFile, whole);
    await agent.flow.reloadCredentials();
    expect((await agent.whoami("calendar", userToken)).jti).not.toBe(old.jti);
    const last = agent.mock.recorder.requests.at(-1);
    expect(last?.bearer?.claims?.cnf).toEqual({ "x5t#S256": thumbprintOf(pair) });
    expect(errors).toHaveLength(1);
  });

  it("goes to the dispatcher that the flow's user makes, such as a proxy's", async () => {
    const certificates: (string | undefined)[] = [];
    const agent = await openAgent({
      mock,
      flow: {
        dispatcher({ certificate, key, ca }) {
          certificates.push(certificate);
          return new Agent({ connect: { cert: certificate, key, ca: [...(ca ?? [])] } });
        },
      },
    });
    const pair = await agent.mock.issueClientCertificate();
    const userToken = await agent.signIn("alice");
    await agent.whoami("calendar", userToken);
    await agent.writeCredentials(pair);
    await agent.flow.reloadCredentials();
    await agent.whoami("calendar", userToken);
    const expected = [agent.mock.clientCertificate, pair].map((each) => each.certificate.trim());
    expect(certificates.map((text) => text?.trim())).toEqual(expected);
  });
});
