import { TokenError } from "@agent-oauth/core";
import { listedNames, listedReasons, pickOptions, shownName } from "@agent-oauth/core/internal";
import {
  type EnvironmentOptions,
  findServiceBindings,
  type ServiceBinding,
  serviceBindingRoot,
} from "@agent-oauth/node";
import {
  bindingEntryPath,
  type TriedCandidates,
  triedCandidates,
} from "@agent-oauth/node/internal";

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
 * Finds the credentials file among the mounted service bindings: of several, the only one that can be used.
 *
 * @param check reads and checks a file; asked only where there are several.
 * @returns its absolute path.
 * @throws TokenError `ERR_TOKEN_SOURCE_UNAVAILABLE` if no such binding with a file `credentials` exists, `ERR_TOKEN_CONFIG` if several can be used
 * and none is named, if none of several can be used, or if the named one does not exist.
 */
export async function findCredentialsFile(
  options: FindCredentialsFileOptions,
  check: (path: string) => Promise<unknown>,
): Promise<string> {
  const { binding } = options;
  const root =
    options.bindingRoot ??
    serviceBindingRoot(pickOptions<EnvironmentOptions>(options, { env: true }));
  const bindings = await findServiceBindings({ root, type: BINDING_TYPE });
  // One without the file says nothing about this agent, unless it is the one that was named.
  const candidates = bindings.filter(
    ({ name, entries }) => entries.includes(ENTRY) || name === binding,
  );
  const place = JSON.stringify(root);
  const [only, ...others] = candidates;
  if (only === undefined) {
    throw new TokenError(
      "ERR_TOKEN_SOURCE_UNAVAILABLE",
      `Cannot find credentials: no service binding of type ${BINDING_TYPE} with a file "${ENTRY}" in ${place}`,
    );
  }
  if (binding !== undefined) return pathOf(named(binding, { candidates, place }));
  if (others.length === 0) return pathOf(only);
  const tried = await triedCandidates(candidates, (candidate) => check(pathOf(candidate)));
  return pathOf(onlyUsable(tried, place));
}

function pathOf(binding: ServiceBinding): string {
  return bindingEntryPath(binding, ENTRY);
}

function named(
  binding: string,
  { candidates, place }: { readonly candidates: readonly ServiceBinding[]; readonly place: string },
): ServiceBinding {
  const found = candidates.find(({ name }) => name === binding);
  if (found !== undefined) return found;
  const names = listedNames(candidates.map(({ name }) => name));
  throw new TokenError(
    "ERR_TOKEN_CONFIG",
    `Cannot find credentials: no service binding ${shownName(binding)} of type ${BINDING_TYPE} in ${place}, only ${names}`,
  );
}

function onlyUsable(
  { usable, unusable }: TriedCandidates<ServiceBinding, unknown>,
  place: string,
): ServiceBinding {
  const [only, ...others] = usable;
  if (only !== undefined && others.length === 0) return only.candidate;
  const reasons = listedReasons(
    unusable.map(({ error }) => error.message.replace(/^Cannot/, "cannot")),
  );
  const where = `service bindings of type ${BINDING_TYPE} in ${place}`;
  if (only === undefined) {
    throw new TokenError(
      "ERR_TOKEN_CONFIG",
      `Cannot find credentials: none of the ${unusable.length} ${where} can be used: ${reasons}`,
    );
  }
  const names = listedNames(usable.map(({ candidate }) => candidate.name));
  const rest = unusable.length === 0 ? "" : ` (also there: ${reasons})`;
  throw new TokenError(
    "ERR_TOKEN_CONFIG",
    `Cannot choose credentials: ${usable.length} ${where}, ${names}; name one as "binding"${rest}`,
  );
}
