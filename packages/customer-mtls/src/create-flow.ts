import { redactedCause, systemClock, TokenError } from "@agent-oauth/core";
import {
  emit,
  functionOption,
  type OptionNames,
  textOption,
  timeLimit,
  withinDeadline,
} from "@agent-oauth/core/internal";
import { createWatchedFile, type WatchedFileOptions } from "@agent-oauth/node";
import { ifAvailable } from "@agent-oauth/node/internal";
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
  CREATING,
  CUSTOMER_FLOW_OPTIONS,
  type CustomerFlowOptions,
  checkCustomerFlowOptions,
  checkFlowOptionNames,
} from "./flow-options.ts";
import type { GatewayAccess } from "./ias/gateway-access.ts";

const OPTIONS: OptionNames<CustomerMtlsFlowOptions> = {
  ...CUSTOMER_FLOW_OPTIONS,
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
  /** Looks now whether the credentials file changed, and uses its content. It never rejects: `onCredentialsError` gets the errors. */
  reloadCredentials(): Promise<void>;
}

/**
 * Makes the flow of a customer agent that authenticates at IAS with a certificate.
 *
 * It reads and checks the credentials before it resolves, within `timeoutMs`. The flow uses a changed file from the next
 * token request or poll on: a new certificate or gateway, another client or token endpoint. If the file is half-written,
 * wrong or expired, the last good credentials stay in use.
 *
 * @example
 * ```ts
 * const flow = await createCustomerMtlsFlow({ binding: "agent-gateway" });
 * const { token, gatewayUrl } = await flow.userTokens.getToken({ subjectToken });
 * ```
 * @throws TokenError `ERR_TOKEN_SOURCE_UNAVAILABLE` if there are no credentials, `ERR_TOKEN_CONFIG` if they are wrong or
 * several, `ERR_TOKEN_CREDENTIAL` if certificate and key cannot be used, `ERR_TOKEN_TIMEOUT` if they cannot be read in time.
 * @throws TypeError | RangeError naming an option that is unknown or wrong.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8705#section-2.1 RFC 8705 §2.1}
 */
export async function createCustomerMtlsFlow(
  options: CustomerMtlsFlowOptions = {},
): Promise<CustomerMtlsFlow> {
  checkFlowOptionNames(options, OPTIONS);
  checkOwnOptions(options);
  const { credentials, credentialsFile, clock = systemClock } = options;
  const { allowInsecureHosts, timeoutMs } = checkCustomerFlowOptions(options);
  const withDependencies = options.resolveDependencies === undefined;
  const checks = { allowInsecureHosts, clock, withDependencies };
  if (credentials !== undefined) {
    const origin = 'option "credentials"';
    return new AgentGatewayFlow(
      checkCustomerCredentials(credentials, { origin, ...checks }),
      options,
    );
  }
  const parserOf = (path: string) => (text: string) =>
    parseCustomerCredentials(text, { origin: originOf(path), ...checks });
  const finding = timeLimit("find credentials", timeoutMs);
  const check = (path: string) => readOnce(path, { parse: parserOf(path) });
  const path =
    credentialsFile ?? (await withinDeadline(finding, () => findCredentialsFile(options, check)));
  return followFile(path, { options, origin: originOf(path), timeoutMs, parse: parserOf(path) });
}

function originOf(path: string): string {
  return `credentials file ${JSON.stringify(path)}`;
}

async function readOnce<T>(
  path: string,
  { parse }: Pick<WatchedFileOptions<T>, "parse">,
): Promise<T> {
  const file = createWatchedFile(path, { parse, pollIntervalMs: 0 });
  try {
    return await file.read();
  } finally {
    file.close();
  }
}

/**
 * Options of {@link createCustomerMtlsFlow}. Without an option that names the credentials, it uses the only service binding
 * of type `integration-credentials` that can be used.
 */
export interface CustomerMtlsFlowOptions extends CustomerFlowOptions, FindCredentialsFileOptions {
  /** The credentials themselves, which then never change. Not with `credentialsFile` or `binding`. */
  readonly credentials?: CustomerCredentials;
  /** The path of a credentials file. Not with `credentials` or `binding`. */
  readonly credentialsFile?: string;
  /** How often the flow looks at the credentials file between token requests, in milliseconds; 0 for never. Default 10 000. */
  readonly pollIntervalMs?: number;
  /** Called once for each reason why a changed credentials file cannot be used; the last good credentials stay in use. Its errors are ignored. */
  readonly onCredentialsError?: (error: TokenError) => void;
}

/**
 * Makes a detector: it yields the flow if there are credentials for it, `undefined` if there are none, and fails if the
 * credentials cannot be used.
 *
 * @example
 * ```ts
 * const client = createAgentGatewayClient({ flows: [detectCustomerMtls(), detectTransparent()] });
 * ```
 * @throws TypeError naming an option that is unknown, at once. The detector throws the other errors.
 */
export function detectCustomerMtls(
  options: CustomerMtlsFlowOptions = {},
): () => Promise<CustomerMtlsFlow | undefined> {
  checkFlowOptionNames(options, OPTIONS);
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
    timeoutMs,
    parse,
  }: {
    readonly options: CustomerMtlsFlowOptions;
    readonly origin: string;
    readonly timeoutMs: number;
    readonly parse: WatchedFileOptions<GatewayAccess>["parse"];
  },
): Promise<AgentGatewayFlow> {
  const { pollIntervalMs, onCredentialsError, clock } = options;
  let flow: AgentGatewayFlow | undefined;
  const file = createWatchedFile(path, {
    parse,
    onChange: (access) => {
      try {
        flow?.update(access);
      } catch (error) {
        emit(onCredentialsError, TokenError.isInstance(error) ? error : unusable(origin, error));
      }
    },
    // Until there is a flow, the error is thrown.
    onError: (error) => emit(flow && onCredentialsError, error),
    ...(pollIntervalMs !== undefined && { pollIntervalMs }),
    ...(clock && { clock }),
  });
  try {
    const reading = timeLimit(`read ${origin}`, timeoutMs);
    const access = await withinDeadline(reading, () => file.read());
    flow = new AgentGatewayFlow(access, options, file);
    return flow;
  } catch (error) {
    file.close();
    throw error;
  }
}

/** The message of what failed would name options that the user did not give. */
function unusable(origin: string, error: unknown): TokenError {
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
  for (const option of ["credentialsFile", "binding", "bindingRoot"] as const) {
    if (options[option] !== undefined) textOption(options[option], { option, doing: CREATING });
  }
  functionOption(options.onCredentialsError, { option: "onCredentialsError", doing: CREATING });
}
