import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createAgentGatewayClient } from "@agent-oauth/client";
import { detectCustomerMtls, detectTransparent } from "@agent-oauth/customer-mtls";
import { detectLob } from "@agent-oauth/lob-destination";
import type { MockSts } from "@agent-oauth/mock-sts";
import { describe, expect, it, onTestFinished } from "vitest";
import { atOnce, openMock, rejection, temporaryDirectory } from "../agent.test-support.ts";
import { askedOf, lobOptions } from "./lob-agent.test-support.ts";

/** What may be configured in an environment, in the order in which it is looked for. */
type Way = "file" | "transparent" | "lob";

/** A client that looks for its flow in an environment where these ways are configured. */
async function openDetectingClient(ways: readonly Way[]) {
  // The transparent flow shows no certificate: something outside of the process would.
  const mock = await openMock({ clients: [{ clientId: "transparent", authentication: "none" }] });
  const bindingRoot = await temporaryDirectory();
  const write = (folder: string, entries: object) =>
    writeFolder(join(bindingRoot, folder), entries);
  const writers = {
    file: () =>
      write("agent-gateway", {
        type: "integration-credentials",
        credentials: JSON.stringify(mock.credentials()),
      }),
    // In the environment, not in a file.
    transparent: async () => {},
    lob: () => write("destination", { type: "destination", ...mock.destinationBinding() }),
  };
  for (const way of ways) await writers[way]();
  const env = ways.includes("transparent") ? transparentEnvironment(mock) : {};
  const customer = { bindingRoot, env, ca: mock.ca };
  const client = createAgentGatewayClient({
    flows: [
      detectCustomerMtls(customer),
      detectTransparent({ env, ca: mock.ca }),
      detectLob({
        ...lobOptions(mock),
        bindingRoot,
        secretsRoot: join(bindingRoot, "none"),
      }),
    ],
  });
  onTestFinished(() => client.close());
  return { mock, client, writers, write };
}

async function writeFolder(folder: string, entries: object) {
  await mkdir(folder, { recursive: true });
  for (const [name, value] of Object.entries(entries)) {
    await writeFile(join(folder, name), `${value}\n`, { mode: 0o600 });
  }
}

function transparentEnvironment(mock: MockSts) {
  return {
    INTEGRATION_CLIENT_ID: "transparent",
    INTEGRATION_AUTH_URL: mock.tokenEndpoint,
    INTEGRATION_GATEWAY_URL: mock.gatewayUrl,
    INTEGRATION_DEPENDENCIES: "[]",
  };
}

describe("detection", () => {
  it.each<[readonly Way[], string, readonly string[]]>([
    [["file", "transparent", "lob"], "mock-agent", ["token"]],
    [["file", "lob"], "mock-agent", ["token"]],
    [["transparent", "lob"], "transparent", ["token"]],
    [["lob"], "sb-", ["xsuaa-token", "fragments", "destination"]],
  ])("of %j takes the first there is", async (ways, clientId, routes) => {
    const { mock, client } = await openDetectingClient(ways);
    const tokens = await atOnce(10, () => client.getSystemAuth({ tenant: "tenant-a" }));
    expect(new Set(tokens.map(({ token }) => token)).size).toBe(1);
    expect(askedOf(mock)).toEqual(routes);
    expect(mock.recorder.requests[0]?.clientId).toMatch(new RegExp(`^${clientId}`));
  });

  it("names all ways where there is none, and looks again", async () => {
    const { mock, client, writers } = await openDetectingClient([]);
    const error = await rejection(client.getSystemAuth({ tenant: "tenant-a" }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_SOURCE_UNAVAILABLE" });
    for (const name of ["detectCustomerMtls", "detectTransparent", "detectLob"]) {
      expect(String(error)).toContain(name);
    }
    await writers.lob();
    expect(await client.getSystemAuth({ tenant: "tenant-a" })).toHaveProperty("gatewayUrl");
    expect(askedOf(mock)).toEqual(["xsuaa-token", "fragments", "destination"]);
  });

  it("does not go on to the next way where one is wrong", async () => {
    const { mock, client, write } = await openDetectingClient(["file", "lob"]);
    await write("agent-gateway", { credentials: '{"clientid":"sentinel"' });
    const error = await rejection(client.getSystemAuth({ tenant: "tenant-a" }));
    expect(error).toMatchObject({ code: "ERR_TOKEN_CONFIG" });
    expect(String(error)).not.toContain("sentinel");
    expect(mock.recorder.handshakes).toBe(0);
  });

  it("remembers what it found", async () => {
    const { mock, client, writers } = await openDetectingClient(["lob"]);
    await client.getSystemAuth({ tenant: "tenant-a" });
    await writers.file();
    await client.getSystemAuth({ tenant: "tenant-b" });
    expect(mock.recorder.count({ route: "token" })).toBe(0);
    expect(askedOf(mock, "tenant-b")).toEqual(["xsuaa-token", "fragments", "destination"]);
  });
});
