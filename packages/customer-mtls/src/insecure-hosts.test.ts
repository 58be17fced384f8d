import { INSECURE_HOST_CASES } from "@agent-oauth/test-support/insecure-hosts";
import { temporaryDirectory } from "@agent-oauth/test-support/temporary-directory";
import { describe, expect, it } from "vitest";
import { createCustomerMtlsFlow } from "./create-flow.ts";
import { credentialsWith, writeBinding } from "./credentials/credentials.test-support.ts";
import { createTransparentFlow } from "./transparent-flow.ts";

type Open = (url: string, allowInsecureHosts: readonly string[]) => Promise<unknown>;

const environment = {
  INTEGRATION_CLIENT_ID: "agent-1",
  INTEGRATION_AUTH_URL: "https://ias.example/token",
  INTEGRATION_GATEWAY_URL: "https://agw.example",
};

/** Each place of a URL: opens a flow with this URL there, and closes it. */
const places: Record<string, Open> = {};
for (const member of ["tokenServiceUrl", "gatewayUrl"] as const) {
  places[`${member} of "credentials"`] = async (url, allowInsecureHosts) => {
    const credentials = credentialsWith({ [member]: url });
    await (await createCustomerMtlsFlow({ credentials, allowInsecureHosts })).close();
  };
  places[`${member} of a file`] = async (url, allowInsecureHosts) => {
    const credentials = credentialsWith({ [member]: url });
    const credentialsFile = writeBinding(temporaryDirectory(), { credentials });
    await (await createCustomerMtlsFlow({ credentialsFile, allowInsecureHosts })).close();
  };
}
for (const variable of ["INTEGRATION_AUTH_URL", "INTEGRATION_GATEWAY_URL"]) {
  places[variable] = async (url, allowInsecureHosts) => {
    const env = { ...environment, [variable]: url };
    await createTransparentFlow({ env, allowInsecureHosts }).close();
  };
}

describe.each(Object.entries(places))("allowInsecureHosts for %s", (_, open) => {
  it.each(INSECURE_HOST_CASES)("judges %s with %j: %s", async (url, hosts, verdict) => {
    const error: unknown = await open(url, hosts).catch((thrown: unknown) => thrown);
    // The rule allows it, but a client certificate can only be presented by https:.
    const isAllowed =
      error === undefined || String(error).includes("presents no client certificate");
    expect(isAllowed).toBe(verdict === "allowed");
  });
});
