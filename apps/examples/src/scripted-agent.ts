import type { AgentGatewayClient, McpTool } from "@agent-oauth/client";

/** For whom an agent works. */
export interface Assignment {
  readonly user: string;
  /** What the user signed in with. */
  readonly userToken: string;
  /** The user's tenant, where the flow has several. */
  readonly tenant?: string;
}

/** An agent without a model: it calls the tools it knows in turn, and asks each server every time for whom it works. */
export class ScriptedAgent {
  readonly #client: AgentGatewayClient;
  readonly #assignment: Assignment;
  #tools: readonly McpTool[] = [];
  #calls = 0;

  constructor(client: AgentGatewayClient, assignment: Assignment) {
    this.#client = client;
    this.#assignment = assignment;
  }

  /** Tool calls made so far. */
  get calls(): number {
    return this.#calls;
  }

  /** Learns which tools there are. */
  async discover(): Promise<void> {
    const { tools, failures } = await this.#client.listMcpTools(this.#caller);
    if (failures.length > 0) throw new Error(`${failures.length} servers could not be asked`);
    this.#tools = tools.filter(({ name }) => name === "whoami" || name.startsWith("report_"));
  }

  /** Calls so many tools, one after the other. */
  async work(calls: number): Promise<void> {
    for (let call = 0; call < calls; call++) await this.#callNext();
  }

  get #caller() {
    const { userToken, tenant } = this.#assignment;
    return { userToken, ...(tenant !== undefined && { tenant }) };
  }

  async #callNext(): Promise<void> {
    const { user } = this.#assignment;
    const tool = this.#tools[this.#calls % this.#tools.length];
    if (tool === undefined) throw new Error("The agent knows no tools yet");
    const result = await this.#client.callMcpTool(tool, {}, this.#caller);
    this.#calls++;
    if (result.isError) throw new Error(`${tool.name} of ${tool.serverName} failed`);
    if (tool.name !== "whoami") return;
    const { sub } = result.structuredContent as { sub: string };
    if (sub !== user) throw new Error(`${tool.serverName} answered ${sub} in place of ${user}`);
  }
}
