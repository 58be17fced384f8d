import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { startOnPorts } from "./start-on-ports.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Takes a free port. */
async function takePort(): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** Finds a port that was free a moment ago. */
async function freePort(): Promise<number> {
  const port = await takePort();
  await new Promise((resolve) => servers.pop()?.close(resolve));
  return port;
}

const portOf = (url: string) => Number(new URL(url).port);

describe("startOnPorts", () => {
  it("takes the preferred ports if they are free, and says nothing", async () => {
    const ports = { port: await freePort(), gatewayPort: await freePort() };
    const { mock, notes } = await startOnPorts({}, ports);
    expect([portOf(mock.url), portOf(mock.gatewayUrl)]).toEqual([ports.port, ports.gatewayPort]);
    expect(notes).toEqual([]);
    await mock.close();
  });

  it("takes any free port for each one that is taken, and says so", async () => {
    const ports = { port: await takePort(), gatewayPort: await takePort() };
    const { mock, notes } = await startOnPorts({}, ports);
    expect(notes).toEqual([
      `port ${ports.port} is taken, so the token server is at port ${portOf(mock.url)}`,
      `port ${ports.gatewayPort} is taken, so the gateway is at port ${portOf(mock.gatewayUrl)}`,
    ]);
    await mock.close();
  });

  it("makes room for a port that the options name", async () => {
    const port = await freePort();
    const { mock, notes } = await startOnPorts({ gatewayPort: port }, { port, gatewayPort: 0 });
    expect(portOf(mock.gatewayUrl)).toBe(port);
    expect(notes).toHaveLength(1);
    await mock.close();
  });

  it.each(["port", "gatewayPort"])("fails if the %s of the options is taken", async (name) => {
    const port = await takePort();
    const preferred = { port: 0, gatewayPort: 0 };
    for (const ports of [preferred, { port, gatewayPort: port }]) {
      await expect(startOnPorts({ [name]: port }, ports)).rejects.toMatchObject({
        code: "EADDRINUSE",
        port,
      });
    }
  });
});
