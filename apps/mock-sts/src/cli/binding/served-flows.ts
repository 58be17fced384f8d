import { UsageError } from "../../checks/usage-error.ts";
import type { PresetName } from "../../config/preset-names.ts";
import type { MockSts } from "../../mock-sts.ts";
import type { AgentFlow } from "./binding-request.ts";

/**
 * Flows that a preset is for. Transparent mode is in none: it needs a client that proves nothing,
 * so it is written only if it is asked for.
 */
const FLOWS_OF_PRESET: Readonly<Record<PresetName, readonly AgentFlow[]>> = {
  everything: ["customer", "lob", "sts"],
  ias: ["customer"],
  "btp-lob": ["lob"],
  "kagent-sts": ["sts"],
  "keycloak-like": ["sts"],
};

/**
 * Chooses the flows to write for: the one that is asked for, else those that the preset is for and
 * the mock has servers for.
 *
 * @throws UsageError if the flow that is asked for has nothing to reach.
 */
export function servedFlows(
  mock: MockSts,
  {
    flow,
    preset = "everything",
  }: { readonly flow: AgentFlow | undefined; readonly preset: PresetName | undefined },
): readonly AgentFlow[] {
  if (flow === undefined) {
    return FLOWS_OF_PRESET[preset].filter((candidate) => isServed(candidate, mock));
  }
  // The token exchange service serves other targets than MCP servers too.
  if (flow !== "sts" && !isServed(flow, mock)) {
    throw new UsageError(`--flow ${flow} needs ${NEEDS[flow]}`);
  }
  return [flow];
}

const GATEWAY_NEEDS =
  "an MCP server or an agent behind the gateway, and this mock has none: set mcpServers";

const NEEDS: Readonly<Record<Exclude<AgentFlow, "sts">, string>> = {
  customer: GATEWAY_NEEDS,
  transparent: GATEWAY_NEEDS,
  lob: "a subscriber, and this mock has none: set tenants",
};

function isServed(flow: AgentFlow, { tenants, mcpServers, sts }: MockSts): boolean {
  if (flow === "lob") return tenants.some(({ isProvider }) => !isProvider);
  if (flow === "sts") return sts.mcpServers.length > 0;
  return mcpServers.length > 0 || tenants.some((it) => it.isProvider && it.agents.length > 0);
}
