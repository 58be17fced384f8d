import type { TokenSource } from "@agent-oauth/core";

/** What an agent finds where it runs. */
export interface Surroundings {
  /** An MCP server that keeps a session for each user. Its one tool is `identify({ user })`. */
  readonly mcpUrl: string;
  /** An A2A agent that echoes, and says in `metadata.caller.sub` whose token came. */
  readonly agentUrl: string;
  /** Access tokens for users, cached. Here they are of SAP Agent Gateway's customer flow; any source will do. */
  readonly tokens: TokenSource;
  /** What a user signed in with. */
  readonly subjectToken: (user: string) => string;
}

/** An agent made with some framework. */
export interface FrameworkAgent extends AsyncDisposable {
  /** Has the agent call `identify` on behalf of a user, and returns what it says at last. */
  ask(user: string): Promise<string>;
}

/** Makes an agent. */
export type OpenAgent = (surroundings: Surroundings) => Promise<FrameworkAgent>;

/** The answer to a call that named a user and came with the token of a subject: the same one, if all is well. */
export function identification(user: string, subject: unknown = user): string {
  return `${user} by the token of ${subject}`;
}
