import { checkOptions, functionOption, type OptionNames } from "@agent-oauth/core/internal";
import type { Progress } from "@modelcontextprotocol/client";
import type { CallerOptions, Tenant, UserCaller } from "./caller.ts";
import { assertFilter, type DiscoveryFilter } from "./discovery/discovery.ts";

/** What every call that asks a server takes. */
export interface CallOptions {
  /** The tenant that the call is for. Flows that have only one drop it, with an event. */
  readonly tenant?: Tenant;
  /** Ends this call; what it shares with others goes on. */
  readonly signal?: AbortSignal;
  /**
   * Milliseconds. Default: the client's `timeoutMs`, for tool calls its `toolTimeoutMs`. A list has this time for each server. If a
   * tool call gives it, the call must also reach the server within this time.
   */
  readonly timeoutMs?: number;
}

/** How a list is requested, and on whose behalf. */
export type ListOptions = CallOptions &
  CallerOptions & {
    readonly filter?: DiscoveryFilter;
    /**
     * What happens if every server or agent failed. `"throw"`: the list rejects with a `DiscoveryError`. `"return"`: it is empty,
     * and the failures say why. Default `"throw"`.
     */
    readonly failures?: "throw" | "return";
  };

/** How a tool is called, and on whose behalf. */
export type CallMcpToolOptions = CallOptions &
  CallerOptions & {
    /** How long the call may take in all, whatever progress the tool reports. Milliseconds; default the client's `maxTotalTimeoutMs`. */
    readonly maxTotalTimeoutMs?: number;
    /** Called with the progress that the tool reports. An error of this function is ignored. */
    readonly onProgress?: (progress: Progress) => void;
  };

/** What `getUserAuth` takes. */
export type UserAuthOptions = CallOptions & Pick<UserCaller, "principal">;

const CALL: OptionNames<CallOptions> = { tenant: true, signal: true, timeoutMs: true };

const CALLER = { userToken: true, principal: true, system: true } as const;

const LIST: OptionNames<ListOptions> = { ...CALL, ...CALLER, filter: true, failures: true };

const TOOL_CALL: OptionNames<CallMcpToolOptions> = {
  ...CALL,
  ...CALLER,
  maxTotalTimeoutMs: true,
  onProgress: true,
};

const USER = { ...CALL, principal: true } as const;

const CLIENT_ID = { signal: true, timeoutMs: true } as const;

/** The names of all options of each method. */
const NAMES = {
  getSystemAuth: CALL,
  getUserAuth: USER,
  getClientId: CLIENT_ID,
  list: LIST,
  callMcpTool: TOOL_CALL,
} as const;

/** One call of a method, as far as its options go. */
export interface MethodCall {
  readonly method: keyof typeof NAMES;
  /** Completes "Cannot …". */
  readonly doing: string;
}

/** @throws TypeError if the options are not a plain object, or naming an option that does not exist. */
export function checkCallOptions(options: unknown, { method, doing }: MethodCall): void {
  checkOptions(options, { doing, names: NAMES[method] });
}

/** @throws TypeError naming the option that does not exist or has a wrong type, or if the options do not say who calls. */
export function assertListOptions(options: ListOptions, doing: string): void {
  checkCallOptions(options, { method: "list", doing });
  assertCaller(options, doing);
  assertFilter(options.filter);
  const { failures } = options;
  if (failures !== undefined && failures !== "throw" && failures !== "return") {
    throw new TypeError(`Cannot ${doing}: "failures" must be "throw" or "return"`);
  }
}

/** @throws TypeError as {@link assertListOptions} does. */
export function assertToolCallOptions(options: CallMcpToolOptions): void {
  const doing = "call a tool";
  checkCallOptions(options, { method: "callMcpTool", doing });
  assertCaller(options, doing);
  functionOption(options.onProgress, { option: "onProgress", doing });
}

/**
 * Refuses a call that does not say for whom it is made: a user's call never becomes the agent's own since a name was
 * misspelt or left out.
 *
 * @throws TypeError unless there is either a `userToken` or `system: true`.
 */
function assertCaller(options: object | undefined, doing: string): void {
  const caller: { readonly system?: unknown } = options ?? {};
  const isSystem = caller.system === true;
  const isUnclear = caller.system !== undefined && !isSystem;
  if ("userToken" in caller === isSystem || isUnclear) {
    throw new TypeError(`Cannot ${doing}: say for whom, either { userToken } or { system: true }`);
  }
}
