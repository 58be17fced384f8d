import { systemClock } from "@agent-oauth/core";
import { issueCertificate } from "@agent-oauth/test-support/certificates";
import { INSECURE_HOST_CASES } from "@agent-oauth/test-support/insecure-hosts";
import { beforeEach, describe, expect, it } from "vitest";
import { checkDestinationBinding } from "./binding/destination-binding.ts";
import { tokenUrlFromEnvironment } from "./binding/lob-environment.ts";
import { startBtp, type TestBtp } from "./btp.test-support.ts";
import { createLobFlow } from "./create-flow.ts";
import type { TenantTokenUrl } from "./destination-service/tenant-token-url.ts";
import { bindingAt, flowAt } from "./flow.test-support.ts";
import { ServiceTokenSource } from "./tokens/service-token-source.ts";

/** Fails with `ERR_TOKEN_CONFIG` if the URL is refused. */
type Use = (url: string, allowInsecureHosts: readonly string[]) => Promise<unknown>;

const tenant = "acme";
const pair = await issueCertificate("clientAuth");
let btp: TestBtp;

beforeEach(async () => {
  btp = await startBtp();
  return () => btp.close();
});

const places: Record<string, Use> = {
  async "the result of tokenUrl"(url, allowInsecureHosts) {
    await askTokenUrl(() => url, allowInsecureHosts);
  },
  async AGENT_OAUTH_TENANT_TOKEN_URL(url, allowInsecureHosts) {
    const env = { AGENT_OAUTH_TENANT_TOKEN_URL: `${url}/{tenant}` };
    await askTokenUrl(tokenUrlFromEnvironment({ env }), allowInsecureHosts);
  },
  async "the URL of the destination"(url, allowInsecureHosts) {
    btp.destination.URL = url;
    await (await flowAt(btp, { allowInsecureHosts })).systemTokens.getToken({ tenant });
  },
  async "the URL of a server's fragment"(url, allowInsecureHosts) {
    btp.fragments["agw.mcp.server"] = [{ FragmentName: "server", URL: url }];
    const [ref] = await (await flowAt(btp, { allowInsecureHosts })).listMcpServers({ tenant });
    if (ref?.fault) throw ref.fault;
  },
  async "the URL of an agent's fragment"(url, allowInsecureHosts) {
    btp.fragments["agw.a2a.server"] = [{ FragmentName: "agent", URL: url }];
    const [ref] = await (await flowAt(btp, { allowInsecureHosts })).listAgents({ tenant });
    if (ref?.fault) throw ref.fault;
  },
};
for (const member of ["url", "certurl", "uri"]) {
  places[`${member} of a binding`] = async (url, allowInsecureHosts) => {
    const byCertificate = member === "certurl" && { clientsecret: undefined, ...pair };
    const members = { ...byCertificate, [member]: url };
    const binding = bindingAt({ origin: "https://btp.example" }, members);
    const flow = await createLobFlow({ binding, allowInsecureHosts, landscape: "eu10", env: {} });
    await flow.close();
  };
}

/** Ends before a request is sent: its signal is aborted. */
async function askTokenUrl(
  tokenUrl: TenantTokenUrl | undefined,
  allowInsecureHosts: readonly string[],
): Promise<void> {
  const access = checkDestinationBinding(bindingAt({ origin: "https://btp.example" }), {
    origin: "it",
    allowInsecureHosts,
    clock: systemClock,
  });
  const source = new ServiceTokenSource(access, { endpoint: { allowInsecureHosts }, tokenUrl });
  const signal = AbortSignal.abort("not sent");
  const reason: unknown = await source.getToken({ tenant }, { signal }).catch((error) => error);
  if (reason !== "not sent") throw reason;
}

describe.each(Object.entries(places))("allowInsecureHosts for %s", (place, use) => {
  // A blank certurl is none: many platforms write what is not set so.
  const cases = INSECURE_HOST_CASES.filter(([url]) => url !== "" || !place.startsWith("certurl"));

  it.each(cases)("judges %s with %j: %s", async (url, hosts, verdict) => {
    const error: unknown = await use(url, hosts).catch((thrown: unknown) => thrown);
    if (verdict === "allowed") expect(error).toBeUndefined();
    else expect(error).toMatchObject({ code: "ERR_TOKEN_CONFIG" });
  });
});
