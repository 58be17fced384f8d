/** Ways in which an agent gets its tokens, as `--flow` names them. */
export const AGENT_FLOWS = ["customer", "transparent", "lob", "sts"] as const;

/** A way in which an agent gets its tokens. */
export type AgentFlow = (typeof AGENT_FLOWS)[number];

/** The files that the command line asks for. */
export interface BindingRequest {
  readonly folder: string;
  readonly force: boolean;
  /** The only flow to write for; `undefined`: those that the mock serves. */
  readonly flow: AgentFlow | undefined;
  /** Users to write tokens for. */
  readonly users: readonly string[];
}
