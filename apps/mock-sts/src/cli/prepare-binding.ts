import type { ConfigSource } from "../config/config-load.ts";
import type { MockSts } from "../mock-sts.ts";
import { type AgentBinding, agentBindingFiles } from "./binding/agent-binding.ts";
import { writeBindingFiles } from "./binding/binding-files.ts";
import type { AgentFlow } from "./binding/binding-request.ts";
import { TRUST_FILES } from "./binding/trust-files.ts";
import { userTokenFiles } from "./binding/user-token-files.ts";
import type { ServeCommand } from "./cli-arguments.ts";
import type { CliEnvironment } from "./cli-environment.ts";
import { TRANSPARENT_CLIENT } from "./command-clients.ts";

/** Writes the files that the command line asks for; `undefined` if it asks for none. */
export async function prepareBinding(
  mock: MockSts,
  { command, source, flows, environment }: BindingContext,
): Promise<AgentBinding | undefined> {
  const { binding: request, clients } = command;
  if (request === undefined) return undefined;
  const clientId = userTokenClient(mock, { flows, ownClient: clients[0]?.clientId });
  const binding: AgentBinding = {
    folder: request.folder,
    flows,
    transparentClientId: TRANSPARENT_CLIENT.clientId,
    sts: source.config.sts ?? {},
    userTokens: await userTokenFiles(mock, { users: request.users, clientId }),
  };
  const files = await agentBindingFiles(mock, binding, environment.trust);
  // Plain HTTP needs no trust, but shells may still name the files of an earlier start.
  await writeBindingFiles(request.folder, files, { force: request.force, kept: TRUST_FILES });
  return binding;
}

/** The facts about a start that its files depend on. */
export interface BindingContext {
  readonly command: ServeCommand;
  readonly source: ConfigSource;
  readonly flows: readonly AgentFlow[];
  readonly environment: CliEnvironment;
}

/** Chooses the client that exchanges the provider's user tokens in the flows of the binding. */
function userTokenClient(
  { clientId }: MockSts,
  { flows, ownClient }: { flows: readonly AgentFlow[]; ownClient: string | undefined },
): string {
  if (flows.includes("transparent")) return TRANSPARENT_CLIENT.clientId;
  const isExchangeOnly = flows.every((flow) => flow === "sts");
  return isExchangeOnly ? (ownClient ?? clientId) : clientId;
}
