import { once } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openRaw, type RawConnection } from "../../test-support/raw-connection.ts";
import { type MockSts, startMockSts } from "../mock-sts.ts";

const printed = vi.spyOn(console, "error").mockImplementation(() => {});
afterEach(() => printed.mockClear());

/** Ways to stop; the first leaves a half-closed connection. */
const ways: readonly [string, (connection: RawConnection) => void][] = [
  ["ends its half of the connection", ({ socket }) => socket.end()],
  ["closes the connection", ({ socket }) => socket.destroy()],
  ["resets the connection", ({ tcp }) => tcp.resetAndDestroy()],
];

/** The declared body, and the part of it that is sent. */
const bodies = [
  ["Content-Length: 1000", "grant_type=client_cr"],
  ["Transfer-Encoding: chunked", "14\r\ngrant_type=client_cr\r\n"],
] as const;

const mcpPath = "/v1/mcp/sap.mock:apiResource:cost-center:v1/250695";
const targets = (mock: MockSts) =>
  [
    [mock.url, "/oauth2/token"],
    [mock.url, "/sts/token"],
    [mock.url, "/nowhere"],
    [mock.gatewayUrl, mcpPath],
  ] as const;

const head = (request: string, origin: string, headers = "") =>
  `${request} HTTP/1.1\r\nHost: ${new URL(origin).host}\r\n${headers}\r\n`;

describe("a sender that stops in the middle of a body", () => {
  it.each(ways)("%s: it is recorded, gets no response, and uses up no fault", async (_, stop) => {
    for (const insecureHttp of [false, true]) {
      await using mock = await startMockSts({ insecureHttp });
      mock.controls.failNext({ status: 503 });
      let sent = 0;
      for (const [origin, path] of targets(mock)) {
        for (const [announced, part] of bodies) {
          const connection = await openRaw(origin, mock.ca);
          const form = "Content-Type: application/x-www-form-urlencoded\r\nExpect: 100-continue";
          connection.socket.write(head(`POST ${path}`, origin, `${form}\r\n${announced}\r\n`));
          // The mock has the head now: a reset cannot overtake it.
          const [response] = await once(connection.socket, "data");
          expect(String(response)).toMatch(/^HTTP\/1\.1 100 /);
          connection.socket.write(part);
          stop(connection);
          sent++;
          const stopped = await mock.recorder.waitFor({ sinceAnswerId: sent - 1 });
          expect(stopped).toMatchObject([{ id: sent, method: "POST", path, answerId: sent }]);
          expect(stopped[0]).not.toHaveProperty("status");
        }
      }
      expect(mock.controls.listFaults()).toMatchObject([{ hits: 0 }]);
      expect(mock.recorder.totals.tokensIssued).toBe(0);
    }
    expect(printed.mock.calls).toEqual([]);
  });

  it.each(ways)("%s: the controls print nothing either", async (_, stop) => {
    await using mock = await startMockSts();
    for (const [announced, part] of bodies) {
      const connection = await openRaw(mock.url, mock.ca);
      const json = `Content-Type: application/json\r\nExpect: 100-continue\r\n${announced}\r\n`;
      connection.socket.write(head("POST /__mock/faults", mock.url, json));
      await once(connection.socket, "data");
      connection.socket.resume().write(part);
      stop(connection);
      await once(connection.socket, "close");
    }
    expect(mock.controls.listFaults()).toEqual([]);
    expect(printed.mock.calls).toEqual([]);
  });
});

describe("a client that stops while it waits or reads", () => {
  it.each(ways.slice(1))("%s: nothing is printed", async (_, stop) => {
    await using mock = await startMockSts();
    mock.controls.addFault({ effect: { kind: "slow-body", chunkBytes: 1, intervalMs: 1 } });
    const reading = async (path: string) => {
      const connection = await openRaw(mock.url, mock.ca);
      connection.socket.write(head(`GET ${path}`, mock.url));
      await once(connection.socket, "data");
      return connection;
    };
    stop(await reading("/oauth2/certs"));
    stop(await reading("/__mock/events"));
    const hold = mock.controls.hold();
    const waiting = await openRaw(mock.url, mock.ca);
    waiting.socket.write(head("GET /oauth2/certs", mock.url));
    await hold.arrived();
    stop(waiting);
    await once(waiting.socket, "close");
    hold.release();
    await mock.recorder.waitFor({ sinceAnswerId: 1 });
    expect(printed.mock.calls).toEqual([]);
  });
});
