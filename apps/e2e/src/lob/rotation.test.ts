import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type CertificatePair, fingerprint } from "@agent-oauth/mock-sts";
import { createClientCertificate } from "@agent-oauth/token-endpoint";
import { describe, expect, it } from "vitest";
import { atOnce, openMock, temporaryDirectory } from "../agent.test-support.ts";
import { openLobAgent } from "./lob-agent.test-support.ts";

const TENANTS = ["tenant-a", "tenant-b"] as const;

/** An agent with an X.509 binding in files, a newline at the end of each as mounted ones have. */
async function openMountedAgent() {
  const mock = await openMock();
  const bindingRoot = await temporaryDirectory();
  const directory = join(bindingRoot, "destination");
  await mkdir(directory);
  const write = async (entries: Readonly<Record<string, string>>) => {
    for (const [name, value] of Object.entries(entries)) {
      await writeFile(join(directory, `.${name}`), `${value}\n`, { mode: 0o600 });
      await rename(join(directory, `.${name}`), join(directory, name));
    }
  };
  const first = await mock.issueDestinationCertificate();
  await write({ ...mock.destinationBinding({ x509: first }), type: "destination" });
  const errors: unknown[] = [];
  const agent = await openLobAgent({
    mock,
    flow: { bindingRoot, onBindingError: (error) => errors.push(error) },
  });
  const users = await Promise.all(TENANTS.map((tenant) => agent.signIn("alice", tenant)));
  return {
    ...agent,
    first,
    errors,
    write,
    writePair: ({ certificate, key }: CertificatePair) => write({ certificate, key }),
    burst: () =>
      atOnce(40, (index) => agent.whoami(TENANTS[index % 2] ?? "", users[index % 2] ?? "")),
    /** The certificates that XSUAA was shown, in order. */
    shown: () =>
      mock.recorder.requests
        .filter(({ route }) => route === "xsuaa-token")
        .map(({ tls }) => tls.clientCertificate),
  };
}

function thumbprintOf(pair: CertificatePair): string {
  return createClientCertificate(pair).thumbprint;
}

describe("an X.509 binding in files", () => {
  it("is used once it is replaced, the old certificate no longer, and no call notices", async () => {
    const agent = await openMountedAgent();
    const { mock, client, first } = agent;
    await agent.burst();
    const before = thumbprintOf(first);
    expect(agent.shown()).toEqual([before, before]);

    const hold = mock.controls.hold({ route: "xsuaa-token" });
    client.clearTokenCache();
    const underWay = agent.burst();
    await hold.arrived(2);
    const second = await mock.issueDestinationCertificate();
    await agent.writePair(second);
    await agent.flow.reloadBinding();
    hold.release();
    expect((await underWay).map(({ sub }) => sub)).toEqual(Array(40).fill("alice"));

    mock.recorder.clear();
    client.clearTokenCache();
    await agent.burst();
    const after = thumbprintOf(second);
    expect(after).not.toBe(before);
    expect(agent.shown()).toEqual([after, after]);
    expect(mock.recorder.count({ status: 401 })).toBe(0);
    expect(agent.errors).toEqual([]);
  });

  it("is noticed by the next request for tokens, without being told", async () => {
    const { mock, client, writePair, shown, asked } = await openMountedAgent();
    const { token } = await client.getSystemAuth({ tenant: "tenant-a" });
    const second = await mock.issueDestinationCertificate();
    await writePair(second);
    mock.recorder.clear();
    // A gateway token does not depend on the certificate: the one in the cache is good.
    expect((await client.getSystemAuth({ tenant: "tenant-a" })).token).toBe(token);
    expect(asked()).toEqual([]);
    await client.getSystemAuth({ tenant: "tenant-b" });
    expect(shown()).toEqual([thumbprintOf(second)]);
    // A service token does: the old certificate's is not used any more.
    const userToken = await mock.userToken({ sub: "bob", tenant: "tenant-a" });
    await client.getUserAuth(userToken, { tenant: "tenant-a" });
    expect(shown()).toEqual([thumbprintOf(second), thumbprintOf(second)]);
  });

  it("keeps the last good one while it is half-written, and is used once it is whole", async () => {
    const { mock, client, write, errors, shown, first } = await openMountedAgent();
    await client.getSystemAuth({ tenant: "tenant-a" });
    const second = await mock.issueDestinationCertificate();
    const half = second.key.slice(0, second.key.length / 2);
    for (const entries of [{ certificate: second.certificate }, { key: half }, { key: "" }]) {
      await write(entries);
      client.clearTokenCache();
      await client.getSystemAuth({ tenant: "tenant-a" });
    }
    expect(shown()).toEqual(Array(4).fill(thumbprintOf(first)));
    expect(errors.length).toBeGreaterThan(0);
    for (const error of errors) {
      expect(error).toMatchObject({
        code: expect.stringMatching(/^ERR_TOKEN_C(ONFIG|REDENTIAL)$/),
      });
      expect(String(error)).not.toMatch(/PRIVATE KEY|-----/);
    }

    await write({ key: second.key });
    client.clearTokenCache();
    await client.getSystemAuth({ tenant: "tenant-a" });
    expect(shown().at(-1)).toBe(thumbprintOf(second));
  });

  it("presents its certificate to the token endpoint, and to nobody else", async () => {
    const { mock, burst } = await openMountedAgent();
    await burst();
    const others = mock.recorder.requests.filter(({ route }) => route !== "xsuaa-token");
    expect(new Set(others.map(({ listener }) => listener))).toEqual(
      new Set(["token-server", "gateway"]),
    );
    expect(others.filter(({ tls }) => tls.clientCertificate !== undefined)).toEqual([]);
  });

  it("may become one by secret", async () => {
    const { mock, client, write, asked } = await openMountedAgent();
    await client.getSystemAuth({ tenant: "tenant-a" });
    const { clientsecret = "" } = mock.destinationBinding();
    await write({ clientsecret });
    mock.recorder.clear();
    await client.getSystemAuth({ tenant: "tenant-b" });
    expect(asked()).toEqual(["xsuaa-token", "fragments", "destination"]);
    const [request] = mock.recorder.requests;
    expect(request?.tls.clientCertificate).toBeUndefined();
    expect(request?.form?.client_secret).toBe(`sha256:${fingerprint(clientsecret)}`);
  });
});
