import type { OptionNames } from "@agent-oauth/core/internal";
import type { EnvironmentOptions } from "@agent-oauth/node";
import { ifAvailable } from "@agent-oauth/node/internal";
import { AgentGatewayFlow } from "./agent-gateway-flow.ts";
import type { CustomerFlow } from "./flow.ts";
import {
  CUSTOMER_FLOW_OPTIONS,
  type CustomerFlowOptions,
  checkCustomerFlowOptions,
  checkFlowOptionNames,
} from "./flow-options.ts";
import { readTransparentEnvironment } from "./transparent-environment.ts";

const OPTIONS: OptionNames<TransparentFlowOptions> = { ...CUSTOMER_FLOW_OPTIONS, env: true };

/**
 * Makes the flow of a customer agent in transparent mode: something outside the process adds the client
 * certificate, and the environment says where to go. The variables are `INTEGRATION_CLIENT_ID`, `INTEGRATION_AUTH_URL`
 * (the token endpoint), `INTEGRATION_GATEWAY_URL` and, unless there is a resolver, `INTEGRATION_DEPENDENCIES` (a JSON list,
 * for listing servers).
 *
 * @example
 * ```ts
 * const flow = createTransparentFlow();
 * const { token, gatewayUrl } = await flow.systemTokens.getToken();
 * ```
 * @throws TokenError `ERR_TOKEN_SOURCE_UNAVAILABLE` if none of the variables is set, `ERR_TOKEN_CONFIG` naming every one
 * that is missing, blank or wrong.
 * @throws TypeError | RangeError naming an option that is unknown or wrong.
 */
export function createTransparentFlow(options: TransparentFlowOptions = {}): CustomerFlow {
  checkFlowOptionNames(options, OPTIONS);
  const { env } = options;
  const { allowInsecureHosts } = checkCustomerFlowOptions(options);
  const withDependencies = options.resolveDependencies === undefined;
  const access = readTransparentEnvironment({
    allowInsecureHosts,
    withDependencies,
    ...(env && { env }),
  });
  return new AgentGatewayFlow(access, options);
}

/** Options of {@link createTransparentFlow}. */
export interface TransparentFlowOptions extends CustomerFlowOptions, EnvironmentOptions {}

/**
 * Makes a detector: it yields the flow if the environment configures it, `undefined` if none of its three required
 * variables is set, and fails if they are set in part or cannot be used.
 *
 * @example
 * ```ts
 * const client = createAgentGatewayClient({ flows: [detectCustomerMtls(), detectTransparent()] });
 * ```
 * @throws TypeError naming an option that is unknown, at once. The detector throws the other errors.
 */
export function detectTransparent(
  options: TransparentFlowOptions = {},
): () => Promise<CustomerFlow | undefined> {
  checkFlowOptionNames(options, OPTIONS);
  // By its name a client tells which detectors found nothing.
  return async function detectTransparent() {
    return ifAvailable(() => createTransparentFlow(options));
  };
}
