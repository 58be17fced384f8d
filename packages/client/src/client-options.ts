import { type AccessToken, type Clock, systemClock, type TokenEventSink } from "@agent-oauth/core";
import {
  checkedInsecureHosts,
  checkOptions,
  functionOption,
  MAX_TIMER_MS,
  numberOption,
  type OptionNames,
} from "@agent-oauth/core/internal";
import type { FlowOptions } from "./flow/flow-resolver.ts";

/** How `createAgentGatewayClient` works. One of `flow` and `flows` is required. */
export interface AgentGatewayClientOptions<T extends AccessToken = AccessToken>
  extends FlowOptions<T> {
  /** Limit of a token, a list, a card and the opening of a session; not of a tool's work. Milliseconds; default 60 000. */
  readonly timeoutMs?: number;
  /** How long a tool may be silent; each report of progress restarts the time. Milliseconds; default 60 000. */
  readonly toolTimeoutMs?: number;
  /** How long a tool call may take in all, with or without progress. Milliseconds; default 10 × the tool's timeout. */
  readonly maxTotalTimeoutMs?: number;
  /** Limit of all responses of one tool call together, decompressed. Bytes; default 67 108 864 (64 MiB). */
  readonly maxCallBytes?: number;
  /** Limit of all pages of one server's list of tools together, decompressed. Bytes; default 16 777 216 (16 MiB). */
  readonly maxListBytes?: number;
  /** Tools that one server may list. Default 4 096. */
  readonly maxTools?: number;
  /** How many servers or agents are asked at the same time. Default 8. */
  readonly discoveryConcurrency?: number;
  /** How many MCP sessions are kept; the least recently used is ended first. Default 256. */
  readonly maxSessions?: number;
  /** How long an unused session is kept, in milliseconds; it is ended when the client is next used. Default 300 000. */
  readonly sessionIdleMs?: number;
  /** Whether the client first asks a server for revision 2026-07-28 or later (`"auto"`), or never does (`"legacy"`). Default `"auto"`. */
  readonly versionNegotiation?: "auto" | "legacy";
  /** Origins that may get a token although its `gatewayUrl` has another one. Default none. */
  readonly allowOrigins?: readonly string[];
  /** Hosts, as `host` or `host:port`, that may be called over `http:`; loopback must be named too. Default none. */
  readonly allowInsecureHosts?: readonly string[];
  /**
   * Whether a call of an MCP server fails or goes out without a token if the source has no token for its user. If the server
   * then wants a token, the source is asked once more, and the call fails with the source's error. A token that a server
   * refused is always replaced by another token. Default `"fail"`.
   */
  readonly missingToken?: "fail" | "anonymous";
  /** How the client names this agent to MCP servers. Default `{ name: "agent-oauth", version: "0" }`. */
  readonly clientInfo?: { readonly name: string; readonly version: string };
  /** Called when a `tenant` is dropped. Default: no listener. */
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

const DOING = "create a client";

const WHOLE_NUMBER = { doing: DOING, min: 1, whole: true } as const;

const CLIENT_INFO = { name: true, version: true } as const;

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
 * @throws TypeError | RangeError naming the option that does not exist, has a wrong type or is out of range.
 */
export function clientSettings(options: AgentGatewayClientOptions): ClientSettings {
  checkOptions(options, { doing: DOING, names: NAMES, required: true });
  const allowInsecureHosts = checkedInsecureHosts(options.allowInsecureHosts, DOING);
  const {
    versionNegotiation = "auto",
    allowOrigins = [],
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
  if (!isStringList(allowOrigins) || !allowOrigins.every(isOrigin)) {
    throw invalid("allowOrigins", 'a list of origins such as "https://mcp.example.com"');
  }
  checkOptions(clientInfo, {
    doing: DOING,
    names: CLIENT_INFO,
    what: '"clientInfo"',
    member: "member",
  });
  if (!isText(clientInfo?.name) || !isText(clientInfo.version)) {
    throw invalid("clientInfo", "an object with a name and a version");
  }
  if (typeof clock?.now !== "function" || typeof clock.monotonic !== "function") {
    throw invalid("clock", "a clock");
  }
  functionOption(onEvent, { option: "onEvent", doing: DOING });
  const numbers = Object.fromEntries(
    Object.entries(NUMBERS).map(([option, { value, max }]) => [
      option,
      numberOption(options[option as keyof typeof NUMBERS] ?? value, {
        ...WHOLE_NUMBER,
        max,
        option,
      }),
    ]),
  ) as Record<keyof typeof NUMBERS, number>;
  const { maxTotalTimeoutMs } = options;
  if (maxTotalTimeoutMs !== undefined) {
    const option = "maxTotalTimeoutMs";
    numberOption(maxTotalTimeoutMs, { ...WHOLE_NUMBER, max: MAX_TIMER_MS, option });
  }
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

function invalid(option: string, wanted: string): TypeError {
  return new TypeError(`Cannot ${DOING}: "${option}" must be ${wanted}`);
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
