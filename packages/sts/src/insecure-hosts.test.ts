import { INSECURE_HOST_CASES } from "@agent-oauth/test-support/insecure-hosts";
import { describe, expect, it } from "vitest";
import { parseMcpServers } from "./config/parse-mcp-servers.ts";
import { stsFromEnvironment } from "./config/sts-environment.ts";
import { createStsTokenSource } from "./exchange/create-sts-token-source.ts";

/** Throws if the URL is refused. */
type Use = (url: string, allowInsecureHosts: readonly string[]) => unknown;

const places: Record<string, Use> = {
  STS_WELL_KNOWN_URI: (url, allowInsecureHosts) =>
    stsFromEnvironment({ env: { STS_WELL_KNOWN_URI: url }, allowInsecureHosts }).close(),
  "url of parseMcpServers": (url, allowInsecureHosts) =>
    parseMcpServers([{ name: "orders", url }], { allowInsecureHosts }),
};
for (const option of ["tokenEndpoint", "issuer", "metadataUrl"]) {
  places[option] = (url, allowInsecureHosts) =>
    createStsTokenSource({ [option]: url, allowInsecureHosts }).close();
}

describe.each(Object.entries(places))("allowInsecureHosts for %s", (_, use) => {
  it.each(INSECURE_HOST_CASES)("judges %s with %j: %s", async (url, hosts, verdict) => {
    const judge = async () => use(url, hosts);
    if (verdict === "allowed") await expect(judge()).resolves.not.toThrow();
    else await expect(judge()).rejects.toThrow();
  });
});
