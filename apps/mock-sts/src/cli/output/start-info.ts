import type { AgentBinding } from "../binding/agent-binding.ts";
import type { AgentFlow } from "../binding/binding-request.ts";

/** The facts about a start that are printed together with the mock itself. */
export interface StartInfo {
  readonly version: string;
  /** The files that were written; `undefined` if there are none. */
  readonly binding: AgentBinding | undefined;
  /** Flows that the mock serves. */
  readonly flows: readonly AgentFlow[];
  /** Client ids of the command line's clients. */
  readonly clientIds: readonly string[];
  /** Where the configuration came from, in words. */
  readonly config: string;
  /** What the user should know: a port that was taken, a flow that cannot work. */
  readonly notes: readonly string[];
}
