import { type AddressInfo, createServer, type Socket } from "node:net";
import { systemClock } from "@agent-oauth/core";
import { Agent } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import { Connections, type ConnectionsOptions } from "./connections.ts";
import { attemptRequest } from "./http-attempt.ts";

/** Sends a body whose first part comes after the connection, and then lets `onAsked` decide. */
async function attemptWith(
  onAsked: (server: Socket) => Promise<Uint8Array | undefined>,
  dispatcher?: ConnectionsOptions["dispatcher"],
) {
  let accepted: (socket: Socket) => void = () => {};
  const socket = new Promise<Socket>((resolve) => {
    accepted = resolve;
  });
  const server = createServer((one) => accepted(one.on("error", () => {})));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const connections = new Connections({
    certificate: undefined,
    ca: undefined,
    connectTimeoutMs: 10_000,
    dispatcher,
  });
  onTestFinished(async () => {
    await connections.close();
    server.close();
  });
  const body = new ReadableStream(
    {
      async pull(controller) {
        const chunk = await onAsked(await socket);
        if (chunk === undefined) return new Promise<void>(() => {});
        controller.enqueue(chunk);
      },
    },
    // Not asked for before undici writes.
    { highWaterMark: 0 },
  );
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/token`);
  return attemptRequest(
    {
      url,
      failed: "Cannot get an access token",
      send: (fetch) => fetch(url.href, { method: "POST", body, duplex: "half" } as RequestInit),
      read: () => "value",
    },
    { connections, maxResponseBytes: 1_000, clock: systemClock },
  );
}

const reset = async (socket: Socket) => void socket.resetAndDestroy();

describe("attemptRequest", () => {
  it("knows that a connection broke before anything of the form was written", async () => {
    const outcome = await attemptWith(reset);
    expect(outcome).toMatchObject({ resend: "always", failure: { code: "ERR_TOKEN_NETWORK" } });
    expect(outcome).toMatchObject({
      failure: { message: expect.stringMatching(/before the request was sent/) },
    });
  });

  it("knows that the server may have what was written", async () => {
    let asked = 0;
    const outcome = await attemptWith(async (socket) => {
      if (++asked === 1) return Buffer.from("grant_type=x");
      return reset(socket);
    });
    expect(outcome).toMatchObject({ resend: "if-idempotent" });
  });

  it("says nothing of what the caller's dispatcher has written", async () => {
    const outcome = await attemptWith(reset, () => new Agent());
    expect(outcome).toMatchObject({ resend: "if-idempotent" });
  });
});
