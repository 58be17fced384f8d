import type { Tenant, Tenants } from "../tenants/tenant.ts";
import type { Configuration, ConfigurationKind, Configurations } from "./configurations.ts";
import {
  mixesLevels,
  type PlacedLevel,
  parseReference,
  placesOf,
  type Reference,
} from "./destination-levels.ts";
import { issuerOf } from "./service-authorization.ts";
import { configurationNotFound, ServiceError } from "./service-error.ts";

/** A request to find a destination, and fragments to merge into it. */
export interface DestinationRequest {
  /** `v1` searches instance, then subaccount; `v2` looks at one level. */
  readonly version: "v1" | "v2";
  /** Name, in v2 followed by `@` and a level. */
  readonly reference: string;
  readonly headers: Headers;
  /** The tenant of the service token. */
  readonly caller: Tenant;
}

/** A configuration and where it was found. */
export interface Placed {
  readonly configuration: Configuration;
  readonly place: PlacedLevel;
}

/** A destination that was found, with the properties of the fragments merged over its own. */
export interface FoundDestination {
  /** The tenant that the response is for. */
  readonly tenant: Tenant;
  readonly destination: Placed;
  readonly fragments: readonly Placed[];
  readonly properties: Readonly<Record<string, unknown>>;
  readonly userToken: string | undefined;
  /** Header `X-tenant`. */
  readonly tokenTenant: string | undefined;
}

/** The stores that lookups read. */
export interface LookupContext {
  readonly tenants: Tenants;
  readonly configurations: Configurations;
}

/**
 * Finds a destination and merges the fragments a request names.
 *
 * The tenant is that of the user token if there is one, else that of the service token.
 *
 * @throws ServiceError 400 for a bad combination of headers or levels, 404 for what does not exist.
 */
export function findDestination(
  request: DestinationRequest,
  context: LookupContext,
): FoundDestination {
  const { headers, version } = request;
  const { userToken, tokenTenant } = readTokenHeaders(headers);
  const tenant = tenantOf(userToken, context) ?? request.caller;
  const reference = parseReference(request.reference, { version, defaultLevel: "instance" });
  const wanted = fragmentReferences(headers, { version, defaultLevel: reference.level });
  if (!tenant.isProvider && mixesLevels([reference, ...wanted.references])) {
    throw new ServiceError(400, "The level subaccount cannot be mixed with another one");
  }
  const search = { ...context, tenant };
  const destination = find(reference, { ...search, kind: "Destinations" });
  if (destination === undefined) throw configurationNotFound();
  const fragments = wanted.references.map((it) => {
    const fragment = find(it, { ...search, kind: "DestinationFragments" });
    if (fragment !== undefined || wanted.optional) return fragment;
    throw configurationNotFound("Destination fragment with the specified name was not found");
  });
  const found = fragments.filter((fragment) => fragment !== undefined);
  const properties = merge(destination, found);
  return { tenant, destination, fragments: found, properties, userToken, tokenTenant };
}

/** An empty header counts as absent. */
function readTokenHeaders(headers: Headers) {
  const userToken = headers.get("x-user-token") || undefined;
  const tokenTenant = headers.get("x-tenant") || undefined;
  if (userToken !== undefined && tokenTenant !== undefined) {
    throw new ServiceError(400, "X-user-token and X-tenant cannot be combined");
  }
  return { userToken, tokenTenant };
}

function tenantOf(userToken: string | undefined, { tenants }: LookupContext): Tenant | undefined {
  return userToken === undefined ? undefined : tenants.find("issuer", issuerOf(userToken));
}

/** Reads `X-fragment-name`, which may name several fragments, and whether fragments may be missing. */
function fragmentReferences(
  headers: Headers,
  defaults: Parameters<typeof parseReference>[1],
): { references: readonly Reference[]; optional: boolean } {
  const optional = headers.get("x-fragment-optional") ?? "false";
  if (optional !== "true" && optional !== "false") {
    throw new ServiceError(400, "X-fragment-optional must be true or false");
  }
  const names = headers.get("x-fragment-name")?.split(",") ?? [];
  const references = names.map((name) => parseReference(name.trim(), defaults));
  if (references.length > 1 && headers.has("x-fragment-optional")) {
    throw new ServiceError(400, "X-fragment-optional cannot be used with several fragments");
  }
  return { references, optional: optional === "true" };
}

/** Finds the key store that a destination names, at the level of the destination. */
export function findKeyStore(
  { properties, destination }: FoundDestination,
  configurations: Configurations,
): Configuration | undefined {
  const name = properties["tokenService.KeyStoreLocation"];
  if (name === undefined) return undefined;
  return configurations.get({ ...destination.place, kind: "Certificates" }, String(name));
}

function find(
  { name, level }: Reference,
  context: LookupContext & { tenant: Tenant; kind: ConfigurationKind },
): Placed | undefined {
  const { tenant, tenants, configurations, kind } = context;
  for (const place of placesOf(level, { tenant, provider: tenants.provider })) {
    const configuration = configurations.get({ ...place, kind }, name);
    if (configuration !== undefined) return { configuration, place };
  }
  return undefined;
}

function merge({ configuration }: Placed, fragments: readonly Placed[]): Record<string, unknown> {
  const overlays = fragments.map((fragment) => fragment.configuration.properties);
  const names = fragments.map((fragment) => fragment.configuration.name);
  return {
    ...Object.assign({}, configuration.properties, ...overlays),
    ...(names.length > 0 && { FragmentName: names.join(",") }),
  };
}
