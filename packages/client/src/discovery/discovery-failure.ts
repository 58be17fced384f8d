import type { McpServerRef } from "@agent-oauth/core/gateway";

/** A server or an agent of a list, as far as a list needs to know it. */
export type DiscoveryRef = Pick<McpServerRef, "name" | "ordId" | "fault">;

/** One server or agent, or one of its tools, that is missing in a list. */
export interface DiscoveryFailure<Ref> {
  readonly ref: Ref;
  /**
   * What failed: `"failed"` the server or agent itself, `"unusable-tool"` one of its tools. `"unusable-schema"` the output schema
   * of a tool, which is listed without it. `"no-tools"` says that the server does not declare that it has tools.
   */
  readonly reason: "failed" | "unusable-tool" | "unusable-schema" | "no-tools";
  /** The name of a tool that cannot be used, if it has one. */
  readonly tool?: string;
  /** Mostly a TokenError. Of a tool, the message names the member that is at fault. */
  readonly error: unknown;
}
