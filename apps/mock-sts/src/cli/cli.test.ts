import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { openRaw } from "../../test-support/raw-connection.ts";

const script = fileURLToPath(new URL("./cli.ts", import.meta.url));
let child: ChildProcess | undefined;
afterEach(() => void child?.kill("SIGKILL"));

function start(args: string[], environment: Record<string, string> = {}) {
  const started = spawn(process.execPath, ["--conditions=@agent-oauth/source", script, ...args], {
    env: { ...process.env, FORCE_COLOR: "0", ...environment },
  });
  child = started;
  return started;
}

/** Starts the tool and returns it with its output's lines once it is ready. */
async function ready(args: string[] = [], environment?: Record<string, string>) {
  const started = start(args, environment);
  const lines = createInterface(started.stdout)[Symbol.asyncIterator]();
  const { value: first } = await lines.next();
  return { started, first: String(first), lines, ended: once(started, "exit") };
}

describe("mock-sts, the process", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("ends in order with 0 on %s", async (signal) => {
    const { started, first, lines, ended } = await ready();
    expect(JSON.parse(first)).toMatchObject({ event: "ready" });
    started.kill(signal);
    expect(JSON.parse(String((await lines.next()).value))).toMatchObject({ event: "stopping" });
    expect(await ended).toEqual([0, null]);
  });

  it("ends in order when the reader of its output has gone", async () => {
    const { started, ended } = await ready(["--log", "json"]);
    started.stdout.destroy();
    started.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  });

  it("prints no stack when a sender stops in the middle of a body", async () => {
    const { started, first, lines, ended } = await ready(["--http", "--log", "json"]);
    const errors = text(started.stderr);
    const { url, gatewayUrl } = JSON.parse(first) as { url: string; gatewayUrl: string };
    for (const origin of [url, gatewayUrl]) {
      const { socket } = await openRaw(origin, "");
      const headers = `Host: ${new URL(origin).host}\r\nContent-Length: 9\r\nExpect: 100-continue`;
      socket.write(`POST /oauth2/token HTTP/1.1\r\n${headers}\r\n\r\n`);
      await once(socket, "data");
      socket.resetAndDestroy();
      const { value: line } = await lines.next();
      expect(JSON.parse(String(line))).toMatchObject({ event: "request", method: "POST" });
    }
    started.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    expect(await errors).toMatch(/^mock-sts: the admin token is \S+\n$/);
  });

  it("prints colors into a pipe if FORCE_COLOR says so", async () => {
    const { first } = await ready(["--log", "pretty"], { FORCE_COLOR: "1" });
    expect(first).toContain("\u001b[");
  });

  it.each([
    [["--version"], 0, /^\d+\.\d+\.\d+\n$/, /^$/],
    [["--help"], 0, /^Usage: mock-sts/, /^$/],
    [["--prot", "1"], 2, /^$/, /did you mean "--port"/],
    [["--config", "none.yaml"], 1, /^$/, /the file does not exist/],
  ])("%j ends with %i", async (args, code, out, errors) => {
    const started = start(args);
    const [[ended], printed, wrong] = await Promise.all([
      once(started, "exit"),
      text(started.stdout),
      text(started.stderr),
    ]);
    expect(ended).toBe(code);
    expect(printed).toMatch(out);
    expect(wrong).toMatch(errors);
  });
});
