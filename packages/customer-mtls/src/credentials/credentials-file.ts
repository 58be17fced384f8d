import { TokenError } from "@agent-oauth/core";
import { listedNames, pickOptions, shownName } from "@agent-oauth/core/internal";
import {
  type EnvironmentOptions,
  findServiceBindings,
  type ServiceBinding,
  serviceBindingRoot,
} from "@agent-oauth/node";
import { bindingEntryPath } from "@agent-oauth/node/internal";

/** The type of service bindings that hold a customer agent's credentials. */
const BINDING_TYPE = "integration-credentials";

/** The binding's entry that holds them. */
const ENTRY = "credentials";

/** Where to look for a credentials file. */
export interface FindCredentialsFileOptions extends EnvironmentOptions {
  /** The name of the service binding to use. Default: the only one of type `integration-credentials`. */
  readonly binding?: string;
  /** The directory of service bindings. Default: `SERVICE_BINDING_ROOT`, else `/bindings`. */
  readonly bindingRoot?: string;
}

/**
 * Finds the credentials file among the mounted service bindings.
 *
 * @returns its absolute path.
 * @throws TokenError `ERR_TOKEN_SOURCE_UNAVAILABLE` if no such binding with a file `credentials` exists, `ERR_TOKEN_CONFIG` if there are several
 * and none is named, or if the named one does not exist.
 */
export async function findCredentialsFile(options: FindCredentialsFileOptions): Promise<string> {
  const root =
    options.bindingRoot ??
    serviceBindingRoot(pickOptions<EnvironmentOptions>(options, { env: true }));
  const bindings = await findServiceBindings({ root, type: BINDING_TYPE });
  // One without the file says nothing about this agent, unless it is the one that was named.
  const usable = bindings.filter(
    ({ name, entries }) => entries.includes(ENTRY) || name === options.binding,
  );
  return bindingEntryPath(choose(usable, { root, binding: options.binding }), ENTRY);
}

function choose(
  bindings: readonly ServiceBinding[],
  { root, binding }: { root: string; binding: string | undefined },
): ServiceBinding {
  const place = JSON.stringify(root);
  const [only] = bindings;
  if (only === undefined) {
    throw new TokenError(
      "ERR_TOKEN_SOURCE_UNAVAILABLE",
      `Cannot find credentials: no service binding of type ${BINDING_TYPE} with a file "${ENTRY}" in ${place}`,
    );
  }
  const names = listedNames(bindings.map(({ name }) => name));
  if (binding !== undefined) {
    const named = bindings.find(({ name }) => name === binding);
    if (named !== undefined) return named;
    throw new TokenError(
      "ERR_TOKEN_CONFIG",
      `Cannot find credentials: no service binding ${shownName(binding)} of type ${BINDING_TYPE} in ${place}, only ${names}`,
    );
  }
  if (bindings.length === 1) return only;
  throw new TokenError(
    "ERR_TOKEN_CONFIG",
    `Cannot choose credentials: ${bindings.length} service bindings of type ${BINDING_TYPE} in ${place}, ${names}; name one as "binding"`,
  );
}
