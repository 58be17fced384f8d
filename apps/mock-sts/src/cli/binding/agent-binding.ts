import { destinationBindingFiles } from "../../btp/destination-binding.ts";
import type { MockSts } from "../../mock-sts.ts";
import { agentEnvironment, type EnvironmentContext } from "./agent-environment.ts";
import type { BindingFiles } from "./binding-files.ts";
import { shellExports } from "./shell-exports.ts";
import { type TrustVariables, trustFiles } from "./trust-files.ts";
import type { UserTokenFile } from "./user-token-files.ts";

/** Name of the file with the environment of an agent as shell commands. */
export const ENVIRONMENT_FILE = "env.sh";

/** The facts that the files of an agent depend on. */
export interface AgentBinding extends EnvironmentContext {
  readonly userTokens: readonly UserTokenFile[];
}

/** Makes the files that an agent can start from: bindings, user tokens, authorities and the environment. */
export async function agentBindingFiles(
  mock: MockSts,
  binding: AgentBinding,
  variables: TrustVariables,
): Promise<BindingFiles> {
  const { flows, userTokens } = binding;
  return {
    ...(flows.includes("customer") && {
      "agent-gateway/type": "integration-credentials",
      "agent-gateway/credentials": `${JSON.stringify(mock.credentials(), undefined, 2)}\n`,
    }),
    ...(flows.includes("lob") && destinationBindingFiles(mock.destinationBinding())),
    ...(mock.url.startsWith("https:") &&
      (await trustFiles(mock.ca, { folder: binding.folder, variables }))),
    [ENVIRONMENT_FILE]: shellExports(agentEnvironment(mock, binding)),
    ...Object.fromEntries(userTokens.map(({ file, token }) => [file, token])),
  };
}
