import { systemClock } from "@agent-oauth/core";
import { timeLimit, withinDeadline } from "@agent-oauth/core/internal";
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
 * It reads and checks the binding before it resolves, within `timeoutMs`. The flow looks at the binding again before each
 * request to the Destination Service and uses a new secret or certificate without a restart. If the binding is half-written,
 * wrong or expired, the last good one stays in use.
 *
 * @example
 * ```ts
 * const flow = await createLobFlow();
 * const { token, gatewayUrl } = await flow.userTokens.getToken({ tenant: "acme", subjectToken });
 * ```
 * @throws TokenError `ERR_TOKEN_SOURCE_UNAVAILABLE` if there is no binding, `ERR_TOKEN_CONFIG` if it is wrong, there are
 * several, or the landscape is not known, `ERR_TOKEN_CREDENTIAL` if certificate and key cannot be used, `ERR_TOKEN_TIMEOUT`
 * if it cannot be read in time.
 * @throws TypeError | RangeError naming an option that is unknown or wrong.
 */
export async function createLobFlow(options: LobFlowOptions = {}): Promise<LobFlow> {
  const { allowInsecureHosts, timeoutMs } = checkLobFlowOptions(options);
  const { binding } = options;
  const checks = { allowInsecureHosts, clock: options.clock ?? systemClock };
  const check = (value: unknown, origin: string, settingOf?: (member: string) => string) =>
    checkDestinationBinding(value, { origin, settingOf, ...checks });
  const finding = timeLimit("find a binding of the Destination Service", timeoutMs);
  const found =
    typeof binding === "object"
      ? { access: check(binding, 'option "binding"') }
      : await withinDeadline(finding, () =>
          findDestinationBinding({ ...options, name: binding, check }),
        );
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
 * Makes a detector: it yields the flow if there is a binding for it, `undefined` if there is none, and fails if the binding
 * cannot be used.
 *
 * @example
 * ```ts
 * const client = createAgentGatewayClient({ flows: [detectCustomerMtls(), detectTransparent(), detectLob()] });
 * ```
 * @throws TypeError naming an option that is unknown, at once. The detector throws the other errors.
 */
export function detectLob(options: LobFlowOptions = {}): () => Promise<LobFlow | undefined> {
  checkLobFlowOptionNames(options);
  // By its name a client tells which detectors found nothing.
  return async function detectLob() {
    return ifAvailable(() => createLobFlow(options));
  };
}
