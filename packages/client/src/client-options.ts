import { type AccessToken, type Clock, systemClock, type TokenEventSink } from "@agent-oauth/core";
import { checkOptions, type OptionNames } from "@agent-oauth/core/internal";
import type { GatewayFlow, GatewayFlowDetector } from "./flow/gateway-flow.ts";

/** How {@link createAgentGatewayClient} works. One of `flow` and `flows` is needed. */
export interface AgentGatewayClientOptions<T extends AccessToken = AccessToken> {
  /** Where tokens and servers come from. The caller closes it. */
  readonly flow?: GatewayFlow<T>;
  /** Tried in turn at first use; the first that finds a flow decides. The client closes what they make. */
  readonly flows?: readonly GatewayFlowDetector<T>[];
  /** Limit of everything but a tool's work: a token, a list, a card, opening a session. Milliseconds; default 60 000. */
  readonly timeoutMs?: number;
  /** How long a tool may be silent; its progress starts the time anew. Milliseconds; default 60 000. */
  readonly toolTimeoutMs?: number;
  /** How long a call of a tool may take in all, whatever progress the tool reports. Milliseconds; default 10 × the tool's timeout. */
  readonly maxTotalTimeoutMs?: number;
  /** What the responses of one tool call may take up, all together, decompressed. Bytes; default 67 108 864 (64 MiB). */
  readonly maxCallBytes?: number;
  /** What the pages of one server's list of tools may take up, all together, decompressed. Bytes; default 16 777 216 (16 MiB). */
  readonly maxListBytes?: number;
  /** Tools that one server may list. Default 4 096. */
  readonly maxTools?: number;
  /** Servers and agents that are asked at a time. Default 8. */
  readonly discoveryConcurrency?: number;
  /** MCP sessions kept, the least recently used going first. Default 256. */
  readonly maxSessions?: number;
  /** How long an unused session is kept, in milliseconds; it is ended when the client is next used. Default 300 000. */
  readonly sessionIdleMs?: number;
  /** Whether servers are asked first if they speak revision 2026-07-28 or later (`"auto"`), or never (`"legacy"`). Default `"auto"`. */
  readonly versionNegotiation?: "auto" | "legacy";
  /** Origins that may get a token although its `gatewayUrl` has another one. Default none. */
  readonly allowOrigins?: readonly string[];
  /** Hosts, as `host` or `host:port`, that may be called over `http:`; loopback must be named too. Default none. */
  readonly allowInsecureHosts?: readonly string[];
  /**
   * What becomes of a call of an MCP server for whose user no token can be had: it fails, or goes out without a token. A server
   * that then wants a token gets a token if there is one by now, else the call fails with the reason. A token that a
   * server refused is never replaced by no token. Default `"fail"`.
   */
  readonly missingToken?: "fail" | "anonymous";
  /** What MCP servers are told about this agent. Default `{ name: "agent-oauth", version: "0" }`. */
  readonly clientInfo?: { readonly name: string; readonly version: string };
  /** Told when a `tenant` is dropped. Default: nobody. */
  readonly onEvent?: TokenEventSink;
  /** Default: the machine's clocks. */
  readonly clock?: Clock;
}

/** The options with every default filled in, without the flows. */
export type ClientSettings = Required<
  Omit<AgentGatewayClientOptions, "flow" | "flows" | Optional>
> &
  Pick<AgentGatewayClientOptions, Optional>;

type Optional = "onEvent" | "maxTotalTimeoutMs";

const NAMES: OptionNames<AgentGatewayClientOptions> = {
  flow: true,
  flows: true,
  timeoutMs: true,
  toolTimeoutMs: true,
  maxTotalTimeoutMs: true,
  maxCallBytes: true,
  maxListBytes: true,
  maxTools: true,
  discoveryConcurrency: true,
  maxSessions: true,
  sessionIdleMs: true,
  versionNegotiation: true,
  allowOrigins: true,
  allowInsecureHosts: true,
  missingToken: true,
  clientInfo: true,
  onEvent: true,
  clock: true,
};

const CLIENT_INFO = { name: true, version: true } as const;

const MAX_TIMER_MS = 2 ** 31 - 1;

const NUMBERS = {
  timeoutMs: { value: 60_000, max: MAX_TIMER_MS },
  toolTimeoutMs: { value: 60_000, max: MAX_TIMER_MS },
  maxCallBytes: { value: 67_108_864, max: 1_073_741_824 },
  maxListBytes: { value: 16_777_216, max: 1_073_741_824 },
  maxTools: { value: 4_096, max: 1_048_576 },
  discoveryConcurrency: { value: 8, max: 1_024 },
  maxSessions: { value: 256, max: 65_536 },
  sessionIdleMs: { value: 300_000, max: 86_400_000 },
};

/**
 * Fills in the defaults.
 *
 * @throws TypeError | RangeError naming the option that there is none of, that is of a wrong type or out of range.
 */
export function clientSettings(options: AgentGatewayClientOptions): ClientSettings {
  const doing = "create a client";
  checkOptions(options, { doing, names: NAMES });
  const {
    versionNegotiation = "auto",
    allowOrigins = [],
    allowInsecureHosts = [],
    missingToken = "fail",
    clientInfo = { name: "agent-oauth", version: "0" },
    clock = systemClock,
    onEvent,
  } = options;
  if (versionNegotiation !== "auto" && versionNegotiation !== "legacy") {
    throw invalid("versionNegotiation", '"auto" or "legacy"');
  }
  if (missingToken !== "fail" && missingToken !== "anonymous") {
    throw invalid("missingToken", '"fail" or "anonymous"');
  }
  if (!isStringList(allowInsecureHosts)) throw invalid("allowInsecureHosts", "a list of hosts");
  if (!isStringList(allowOrigins) || !allowOrigins.every(isOrigin)) {
    throw invalid("allowOrigins", 'a list of origins such as "https://mcp.example.com"');
  }
  checkOptions(clientInfo, { doing, names: CLIENT_INFO, what: '"clientInfo"', member: "member" });
  if (!isText(clientInfo?.name) || !isText(clientInfo.version)) {
    throw invalid("clientInfo", "an object with a name and a version");
  }
  if (typeof clock?.now !== "function" || typeof clock.monotonic !== "function") {
    throw invalid("clock", "a clock");
  }
  if (onEvent !== undefined && typeof onEvent !== "function")
    throw invalid("onEvent", "a function");
  const numbers = Object.fromEntries(
    Object.entries(NUMBERS).map(([name, { value, max }]) => {
      const given = options[name as keyof typeof NUMBERS];
      return [name, wholeNumber(name, { value: given ?? value, max })];
    }),
  ) as Record<keyof typeof NUMBERS, number>;
  const { maxTotalTimeoutMs } = options;
  if (maxTotalTimeoutMs !== undefined) assertTimer("maxTotalTimeoutMs", maxTotalTimeoutMs);
  return {
    ...numbers,
    versionNegotiation,
    allowOrigins,
    allowInsecureHosts,
    missingToken,
    clientInfo,
    clock,
    ...(onEvent && { onEvent }),
    ...(maxTotalTimeoutMs !== undefined && { maxTotalTimeoutMs }),
  };
}

/**
 * Returns a limit in milliseconds that was given for one call.
 *
 * @throws TypeError | RangeError naming "timeoutMs".
 */
export function callTimeout(timeoutMs: number | undefined, byDefault: number): number {
  return wholeNumber("timeoutMs", { value: timeoutMs ?? byDefault, max: MAX_TIMER_MS });
}

/** How much longer than its silence a tool call may last. */
const TIMEOUTS_IN_ALL = 10;

/**
 * Returns the limits of one tool call: the call's own, else the client's.
 *
 * @throws TypeError | RangeError naming "timeoutMs" or "maxTotalTimeoutMs".
 */
export function toolTimeouts(
  given: { readonly timeoutMs?: number; readonly maxTotalTimeoutMs?: number },
  settings: Pick<ClientSettings, "toolTimeoutMs" | "maxTotalTimeoutMs">,
): { readonly timeout: number; readonly total: number } {
  const timeout = callTimeout(given.timeoutMs, settings.toolTimeoutMs);
  const byDefault = Math.min(timeout * TIMEOUTS_IN_ALL, MAX_TIMER_MS);
  const total = given.maxTotalTimeoutMs ?? settings.maxTotalTimeoutMs ?? byDefault;
  return { timeout, total: assertTimer("maxTotalTimeoutMs", total) };
}

function assertTimer(name: string, value: unknown): number {
  return wholeNumber(name, { value, max: MAX_TIMER_MS });
}

function wholeNumber(name: string, { value, max }: { value: unknown; max: number }): number {
  if (typeof value !== "number") throw invalid(name, `a number, not ${typeof value}`);
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new RangeError(
    `Cannot use the option "${name}": it must be a whole number from 1 to ${max}, not ${value}`,
  );
}

function invalid(name: string, wanted: string): TypeError {
  return new TypeError(`Cannot use the option "${name}": it must be ${wanted}`);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}

function isOrigin(text: string): boolean {
  return URL.parse(text)?.origin === text;
}
