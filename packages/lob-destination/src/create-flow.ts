import { systemClock } from "@agent-oauth/core";
import type { EnvironmentOptions } from "@agent-oauth/node";
import { ifAvailable } from "@agent-oauth/node/internal";
import { checkDestinationBinding } from "./binding/destination-binding.ts";
import { findDestinationBinding } from "./binding/find-destination-binding.ts";
import { landscapeFromEnvironment, tokenUrlFromEnvironment } from "./binding/lob-environment.ts";
import { DestinationFlow } from "./destination-flow.ts";
import type { LobFlow } from "./flow.ts";
import {
  checkLobFlowOptionNames,
  checkLobFlowOptions,
  type LobFlowOptions,
} from "./flow-options.ts";

/**
 * Makes the flow of a line-of-business agent, which gets its tokens and servers from the BTP Destination Service.
 *
 * The binding is read and checked before it resolves, and looked at again before each request to the Destination
 * Service: a new secret or certificate is taken into use without a restart. What is half-written, wrong or expired is
 * not, and the last good binding stays.
 *
 * @example
 * ```ts
 * const flow = await createLobFlow();
 * const { token, gatewayUrl } = await flow.userTokens.getToken({ tenant: "acme", subjectToken });
 * ```
 * @throws TokenError `ERR_TOKEN_SOURCE_UNAVAILABLE` if there is no binding, `ERR_TOKEN_CONFIG` if it is wrong, there are
 * several, or the landscape is not known, `ERR_TOKEN_CREDENTIAL` if certificate and key cannot be used.
 * @throws TypeError | RangeError naming an option that is unknown or wrong.
 */
export async function createLobFlow(options: LobFlowOptions = {}): Promise<LobFlow> {
  const { allowInsecureHosts } = checkLobFlowOptions(options);
  const { binding } = options;
  const checks = { allowInsecureHosts, clock: options.clock ?? systemClock };
  const check = (value: unknown, origin: string) =>
    checkDestinationBinding(value, { origin, ...checks });
  const found =
    typeof binding === "object"
      ? { access: check(binding, 'option "binding"') }
      : await findDestinationBinding({ ...options, name: binding, check });
  const env: EnvironmentOptions = options.env === undefined ? {} : { env: options.env };
  return new DestinationFlow(
    {
      ...found,
      landscape: options.landscape ?? landscapeFromEnvironment(env),
      tokenUrl: options.tokenUrl ?? tokenUrlFromEnvironment(env),
    },
    options,
  );
}

/**
 * Makes a detector: it yields the flow if there is a binding for it, `undefined` if there is none, and fails if there is
 * one that cannot be used.
 *
 * @example
 * ```ts
 * const client = createAgentGatewayClient({ flows: [detectCustomerMtls(), detectTransparent(), detectLob()] });
 * ```
 * @throws TypeError naming an option that is unknown, at once; what is wrong else, the detector says.
 */
export function detectLob(options: LobFlowOptions = {}): () => Promise<LobFlow | undefined> {
  checkLobFlowOptionNames(options);
  // By its name a client tells which detectors found nothing.
  return async function detectLob() {
    return ifAvailable(() => createLobFlow(options));
  };
}
