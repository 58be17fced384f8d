import { execFileSync, spawn } from "node:child_process";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/**
 * Times token servers of this kind from the start of the process to the first answer, in turn, and weighs them then.
 * Ours runs as it is published: build it first.
 */
const ROUNDS = 7;

interface Peer {
  readonly name: string;
  readonly scheme: "http" | "https";
  readonly args: (port: number) => readonly string[];
}

const PEERS: readonly Peer[] = [
  {
    name: "mock-sts",
    scheme: "https",
    args: (port) => [beside("@agent-oauth/mock-sts", "cli.js"), "--port", `${port}`],
  },
  {
    name: "oauth2-mock-server",
    scheme: "http",
    args: (port) => [
      beside("oauth2-mock-server", "oauth2-mock-server.mjs"),
      "-a",
      "127.0.0.1",
      "-p",
      `${port}`,
    ],
  },
  {
    name: "oidc-provider",
    scheme: "http",
    args: (port) => [join(import.meta.dirname, "oidc-provider-server.mjs"), `${port}`],
  },
];

interface Sample {
  readonly startMs: number;
  readonly megabytes: number;
}

const samples = new Map<string, Sample[]>(PEERS.map(({ name }) => [name, []]));
for (let round = -1; round < ROUNDS; round++) {
  for (const peer of PEERS) {
    const sample = await measure(peer);
    if (round >= 0) samples.get(peer.name)?.push(sample);
  }
}

const [ours] = PEERS;
const reference = medians(ours?.name ?? "");
console.log(`Medians of ${ROUNDS} rounds, one after the other; in brackets the ratio to mock-sts`);
for (const { name } of PEERS) {
  const { startMs, megabytes } = medians(name);
  const start = `${startMs.toFixed(0)} ms (${(startMs / reference.startMs).toFixed(2)})`;
  const memory = `${megabytes.toFixed(0)} MiB (${(megabytes / reference.megabytes).toFixed(2)})`;
  console.log(`  ${name.padEnd(20)} first answer after ${start.padEnd(16)} resident ${memory}`);
}

/** A program that a package has beside its entry point. */
function beside(name: string, file: string): string {
  return fileURLToPath(new URL(file, import.meta.resolve(name)));
}

async function measure({ name, scheme, args }: Peer): Promise<Sample> {
  const port = await freePort();
  const url = new URL(`${scheme}://localhost:${port}/.well-known/openid-configuration`);
  const start = performance.now();
  const child = spawn(process.execPath, args(port), { stdio: ["ignore", "ignore", "pipe"] });
  const failure: Buffer[] = [];
  child.stderr.on("data", (chunk) => failure.push(chunk));
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  try {
    while ((await status(url)) !== 200) {
      if (child.exitCode !== null) throw new Error(`${name} ended: ${Buffer.concat(failure)}`);
      await sleep(2);
    }
    const startMs = performance.now() - start;
    const kibibytes = execFileSync("ps", ["-o", "rss=", "-p", `${child.pid}`], {
      encoding: "utf8",
    });
    return { startMs, megabytes: Number(kibibytes) / 1_024 };
  } finally {
    child.kill();
    await ended;
  }
}

function status(url: URL): Promise<number | undefined> {
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    // Its certificate is new at each start.
    send(url, { rejectUnauthorized: false, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", () => resolve(undefined))
      .end();
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("There is no free port");
  return address.port;
}

function medians(name: string): Sample {
  const taken = samples.get(name) ?? [];
  return {
    startMs: median(taken.map(({ startMs }) => startMs)),
    megabytes: median(taken.map(({ megabytes }) => megabytes)),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
