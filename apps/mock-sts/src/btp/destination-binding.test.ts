import { describe, expect, it } from "vitest";
import { LobAgent } from "../../test-support/lob-agent.ts";
import { startMockSts } from "../mock-sts.ts";
import { destinationBindingFiles } from "./destination-binding.ts";

describe("destinationBinding", () => {
  it("has a secret, or a certificate in its place", async () => {
    await using mock = await startMockSts();
    const { host, port } = new URL(mock.url);
    const common = {
      clientid: expect.stringContaining("|"),
      url: `https://localhost:${port}/provider-zone`,
      uri: mock.url,
      identityzone: "provider-zone",
      uaadomain: host,
      tenantid: "mock-tenant",
      subaccountid: "mock-tenant",
      instanceid: "mock-tenant-instance",
      xsappname: expect.any(String),
      tenantmode: "shared",
    };
    expect(mock.destinationBinding()).toEqual({
      ...common,
      clientsecret: expect.stringMatching(/\+.*=/),
      "credential-type": "binding-secret",
    });
    const { certificate, key } = await mock.issueDestinationCertificate();
    expect(mock.destinationBinding({ x509: { certificate, key } })).toEqual({
      ...common,
      certificate,
      key,
      certurl: common.url,
      "credential-type": "x509",
    });
  });

  it("lets a tenant's URL be made by replacing the zone within the provider's", async () => {
    await using mock = await startMockSts();
    const { url, identityzone } = mock.destinationBinding();
    const tenantUrl = `${url}/oauth/token`.replaceAll(identityzone, "tenant-b");
    expect(mock.tenants.map((tenant) => tenant.serviceTokenEndpoint)).toContain(tenantUrl);
  });

  it("is another one for each mock", async () => {
    await using one = await startMockSts();
    await using other = await startMockSts();
    const own = one.destinationBinding();
    const foreign = other.destinationBinding();
    expect(own.clientid).not.toBe(foreign.clientid);
    expect(own.clientsecret).not.toBe(foreign.clientsecret);
  });
});

describe("destinationBindingFiles", () => {
  it("describes every value for readers of .metadata", async () => {
    await using mock = await startMockSts();
    const binding = mock.destinationBinding();
    const { "destination/.metadata": text = "", ...files } = destinationBindingFiles(binding);
    const metadata = JSON.parse(text) as Record<string, { name: string; format: string }[]>;
    const listed = Object.values(metadata).flat();
    expect(listed.map(({ name }) => `destination/${name}`).sort()).toEqual(
      Object.keys(files).sort(),
    );
    expect(metadata.credentialProperties?.map(({ name }) => name)).toEqual(Object.keys(binding));
    expect(files).toMatchObject({
      "destination/type": "destination",
      "destination/label": "destination",
      "destination/clientsecret": binding.clientsecret,
    });
  });
});

describe("insecureHttp", () => {
  it("serves the whole flow without TLS", async () => {
    await using mock = await startMockSts({ insecureHttp: true });
    await using agent = new LobAgent(mock);
    expect(mock.destinationBinding().uri).toMatch(/^http:\/\/localhost:\d+$/);
    const { token, url } = await agent.gatewayToken("tenant-a");
    expect(url).toBe(`${mock.gatewayUrl}/tenant-a`);
    const [card] = mock.tenants.flatMap(({ agents, isProvider }) => (isProvider ? [] : agents));
    const headers = { Authorization: `Bearer ${token}` };
    const response = await agent.fetch(`${card?.url}/.well-known/agent-card.json`, { headers });
    expect(response.status).toBe(200);
    expect(mock.recorder.handshakes).toBe(0);
    expect(mock.recorder.requests[0]?.tls).toEqual({
      connection: 1,
      newSocket: true,
      sessionReused: false,
      clientCertificate: undefined,
    });
    const https = mock.url.replace("http:", "https:");
    await expect(agent.fetch(https)).rejects.toThrow(TypeError);
  });
});
