import { redactedCause, systemClock, TokenError } from "@agent-oauth/core";
import { emit, type OptionNames } from "@agent-oauth/core/internal";
import { createWatchedFile, ifAvailable, type WatchedFileOptions } from "@agent-oauth/node";
import { AgentGatewayFlow } from "./agent-gateway-flow.ts";
import {
  type FindCredentialsFileOptions,
  findCredentialsFile,
} from "./credentials/credentials-file.ts";
import {
  type CustomerCredentials,
  checkCustomerCredentials,
  parseCustomerCredentials,
} from "./credentials/customer-credentials.ts";
import type { CustomerFlow } from "./flow.ts";
import {
  type CustomerFlowOptions,
  checkFlowOptionNames,
  customerFlowOptionNames,
  insecureHosts,
} from "./flow-options.ts";
import type { GatewayAccess } from "./ias/gateway-access.ts";

/** How {@link createCustomerMtlsFlow} finds its credentials, and what it does with them. Without any, the only binding of type `integration-credentials` is used. */
export interface CustomerMtlsFlowOptions extends CustomerFlowOptions, FindCredentialsFileOptions {
  /** The credentials themselves; they never change then. Not with `credentialsFile` or `binding`. */
  readonly credentials?: CustomerCredentials;
  /** The path of a credentials file. Not with `credentials` or `binding`. */
  readonly credentialsFile?: string;
  /** How often the credentials file is looked at besides at each token request, in milliseconds; 0 for never. Default 10 000. */
  readonly pollIntervalMs?: number;
  /** Told once of each fault that keeps a changed credentials file from being used; the last good credentials stay in use. What it throws is ignored. */
  readonly onCredentialsError?: (error: TokenError) => void;
}

const optionNames: OptionNames<CustomerMtlsFlowOptions> = {
  ...customerFlowOptionNames,
  env: true,
  binding: true,
  bindingRoot: true,
  credentials: true,
  credentialsFile: true,
  pollIntervalMs: true,
  onCredentialsError: true,
};

/** A {@link CustomerFlow} whose credentials follow a file. */
export interface CustomerMtlsFlow extends CustomerFlow {
  /** Looks now whether the credentials file changed, and takes its content into use. Never rejects: faults go to `onCredentialsError`. */
  reloadCredentials(): Promise<void>;
}

/**
 * Makes the flow of a customer agent that authenticates at IAS with a certificate.
 *
 * The credentials are read and checked before it resolves. A changed file is taken into use at the next token
 * request or poll: a new certificate or gateway, another client or token endpoint. What is half-written, wrong or
 * expired is not, and the last good credentials stay.
 *
 * @example
 * ```ts
 * const flow = await createCustomerMtlsFlow({ binding: "agent-gateway" });
 * const { token, gatewayUrl } = await flow.userTokens.getToken({ subjectToken });
 * ```
 * @throws TokenError `ERR_TOKEN_SOURCE_UNAVAILABLE` if there are no credentials, `ERR_TOKEN_CONFIG` if they are wrong or
 * several, `ERR_TOKEN_CREDENTIAL` if certificate and key cannot be used.
 * @throws TypeError | RangeError naming an option that is unknown or wrong.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8705#section-2.1 RFC 8705 §2.1}
 */
export async function createCustomerMtlsFlow(
  options: CustomerMtlsFlowOptions = {},
): Promise<CustomerMtlsFlow> {
  checkFlowOptionNames(options, optionNames);
  checkOwnOptions(options);
  const { credentials, credentialsFile, clock = systemClock } = options;
  const checks = { allowInsecureHosts: insecureHosts(options), clock };
  if (credentials !== undefined) {
    const origin = 'option "credentials"';
    return new AgentGatewayFlow(
      checkCustomerCredentials(credentials, { origin, ...checks }),
      options,
    );
  }
  const path = credentialsFile ?? (await findCredentialsFile(options));
  const origin = `credentials file ${JSON.stringify(path)}`;
  return followFile(path, {
    options,
    origin,
    parse: (text) => parseCustomerCredentials(text, { origin, ...checks }),
  });
}

/**
 * Makes a detector: it yields the flow if there are credentials for it, `undefined` if there are none, and fails if
 * there are some that cannot be used.
 *
 * @example
 * ```ts
 * const client = createAgentGatewayClient({ flows: [detectCustomerMtls(), detectTransparent()] });
 * ```
 * @throws TypeError naming an option that is unknown, at once; what is wrong else, the detector says.
 */
export function detectCustomerMtls(
  options: CustomerMtlsFlowOptions = {},
): () => Promise<CustomerMtlsFlow | undefined> {
  checkFlowOptionNames(options, optionNames);
  // By its name a client tells which detectors found nothing.
  return async function detectCustomerMtls() {
    return ifAvailable(() => createCustomerMtlsFlow(options));
  };
}

async function followFile(
  path: string,
  {
    options,
    origin,
    parse,
  }: {
    readonly options: CustomerMtlsFlowOptions;
    readonly origin: string;
    readonly parse: WatchedFileOptions<GatewayAccess>["parse"];
  },
): Promise<AgentGatewayFlow> {
  const { pollIntervalMs, onCredentialsError, clock } = options;
  let flow: AgentGatewayFlow | undefined;
  const file = createWatchedFile(path, {
    parse,
    onChange: (access) => {
      try {
        flow?.adopt(access);
      } catch (error) {
        emit(onCredentialsError, TokenError.isInstance(error) ? error : notAdopted(origin, error));
      }
    },
    // Until there is a flow, the fault is thrown.
    onError: (error) => emit(flow && onCredentialsError, error),
    ...(pollIntervalMs !== undefined && { pollIntervalMs }),
    ...(clock && { clock }),
  });
  try {
    flow = new AgentGatewayFlow(await file.read(), options, file);
    return flow;
  } catch (error) {
    file.close();
    throw error;
  }
}

/** The message of what failed would name options that the user did not give. */
function notAdopted(origin: string, error: unknown): TokenError {
  return new TokenError(
    "ERR_TOKEN_CONFIG",
    `Cannot use ${origin}: no client can be made of the changed credentials`,
    { cause: redactedCause(error) },
  );
}

function checkOwnOptions(options: CustomerMtlsFlowOptions): void {
  const names = ["credentials", "credentialsFile", "binding"] as const;
  const given = names.filter((name) => options[name] !== undefined);
  if (given.length > 1) {
    throw new TypeError(
      `Cannot create a flow: give one of ${given.map((n) => `"${n}"`).join(", ")}`,
    );
  }
  for (const name of ["credentialsFile", "binding", "bindingRoot"] as const) {
    const value: unknown = options[name];
    if (value !== undefined && (typeof value !== "string" || value.trim() === "")) {
      throw new TypeError(`Cannot create a flow: "${name}" must be a non-empty string`);
    }
  }
  const { onCredentialsError } = options;
  if (onCredentialsError !== undefined && typeof onCredentialsError !== "function") {
    throw new TypeError('Cannot create a flow: "onCredentialsError" must be a function');
  }
}
