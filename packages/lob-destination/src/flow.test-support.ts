import { authority } from "@agent-oauth/test-support/certificates";
import { onTestFinished } from "vitest";
import type { DestinationBinding } from "./binding/destination-binding.ts";
import type { TestBtp } from "./btp.test-support.ts";
import { createLobFlow } from "./create-flow.ts";
import type { LobFlow } from "./flow.ts";
import type { LobFlowOptions } from "./flow-options.ts";

/** Makes the credentials of a binding whose services are at the test server. */
export function bindingAt(
  { origin }: Pick<TestBtp, "origin">,
  members: Partial<DestinationBinding> = {},
): DestinationBinding {
  return {
    clientid: "sb-dest",
    clientsecret: "s3cr3t-sentinel+/=",
    url: `${origin}/prov`,
    uri: origin,
    identityzone: "prov",
    ...members,
  };
}

/** Makes a flow whose tenants' token URLs are paths of the test server, with a binding unless there is a place to look for one. It is closed after the test. */
export async function flowAt(btp: TestBtp, options: LobFlowOptions = {}): Promise<LobFlow> {
  const flow = await createLobFlow({
    ...(options.secretsRoot === undefined && { binding: bindingAt(btp) }),
    landscape: "eu10",
    ca: authority,
    tokenUrl: (tenant) => `${btp.origin}/${tenant}/oauth/token`,
    env: {},
    ...options,
  });
  onTestFinished(() => flow.close());
  return flow;
}
