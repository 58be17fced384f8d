import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { median } from "../measure.ts";
import type { Round } from "./caller.ts";

/** Compares the CPU time that clients take for one call of a tool. */
export interface ToolCalls {
  readonly name: string;
  /** Microseconds of the client for one call, by the way it is made. */
  readonly micros: ReadonlyMap<string, number>;
  /** What our client takes of the time of the MCP SDK's client alone. */
  readonly ratio: number;
  readonly target: number;
}

/** Without so many calls, the compiler's work in the background counts against the side that has more code. */
const WARM_UP: Round = { calls: 3_000, atOnce: 8 };

const ROUNDS = 40;

interface Setting {
  readonly name: string;
  readonly ways: readonly string[];
  readonly loopback: boolean;
  /** For each way. Two processes compile the same code differently, by up to a tenth of a call: the middle one counts. */
  readonly processes: number;
  readonly round: Round;
  readonly target: number;
}

const SETTINGS: readonly Setting[] = [
  {
    name: "over loopback, 1 at once",
    ways: ["fetch", "sdk", "client"],
    loopback: true,
    processes: 1,
    round: { calls: 300, atOnce: 1 },
    target: 1.2,
  },
  {
    name: "over loopback, 32 at once",
    ways: ["fetch", "sdk", "client"],
    loopback: true,
    processes: 1,
    round: { calls: 640, atOnce: 32 },
    target: 1.2,
  },
  {
    name: "in memory, 1 at once",
    ways: ["sdk", "client"],
    loopback: false,
    processes: 3,
    round: { calls: 500, atOnce: 1 },
    target: 1.5,
  },
];

/**
 * Calls a tool in each way, in turn, round after round, each way in processes of its own: in one process they would share
 * compiled code. What else the machine does makes rounds longer and never shorter, so that the lowest tenth counts.
 */
export async function toolCalls(): Promise<readonly ToolCalls[]> {
  const compared: ToolCalls[] = [];
  for (const setting of SETTINGS) compared.push(await compare(setting));
  return compared;
}

async function compare(setting: Setting): Promise<ToolCalls> {
  const { name, ways, loopback, processes, round, target } = setting;
  const server = loopback ? start("mcp-server.ts", []) : undefined;
  const port = server && String(await heard(server));
  const callers = Array.from({ length: processes }, () => ways)
    .flat()
    .map((way) => ({
      way,
      child: start("caller.ts", port === undefined ? [way] : [way, port]),
      micros: [] as number[],
    }));
  try {
    for (const { child } of callers) {
      await heard(child);
      await run(child, WARM_UP);
    }
    for (let turn = 0; turn < ROUNDS; turn++) {
      for (const { child, micros } of callers) micros.push(await run(child, round));
    }
  } finally {
    for (const { child } of callers) child.disconnect();
    server?.disconnect();
  }
  const micros = new Map(
    ways.map((way) => {
      const ofWay = callers.filter((caller) => caller.way === way);
      return [way, median(ofWay.map(({ micros }) => lowestTenth(micros)))];
    }),
  );
  const ratio = (micros.get("client") ?? Number.NaN) / (micros.get("sdk") ?? Number.NaN);
  return { name, micros, ratio, target };
}

function start(script: string, args: readonly string[]): ChildProcess {
  return fork(join(import.meta.dirname, script), args, {
    execArgv: ["--conditions=@agent-oauth/source"],
  });
}

function run(child: ChildProcess, round: Round): Promise<number> {
  const micros = heard(child);
  child.send(round);
  return micros;
}

async function heard(child: ChildProcess): Promise<number> {
  const waiting = new AbortController();
  const { signal } = waiting;
  const ended = once(child, "exit", { signal }).then(([code]) => {
    throw new Error(`Cannot compare tool calls: a process ended with ${code}`);
  });
  try {
    const [message] = await Promise.race([once(child, "message", { signal }), ended]);
    return message;
  } finally {
    waiting.abort();
  }
}

function lowestTenth(values: readonly number[]): number {
  const lowest = values.toSorted((a, b) => a - b).slice(0, Math.ceil(values.length / 10));
  return lowest.reduce((sum, value) => sum + value, 0) / lowest.length;
}
