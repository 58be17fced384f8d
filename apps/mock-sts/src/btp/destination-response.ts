import type { AuthToken } from "./auth-tokens.ts";
import type { Configurations } from "./configurations.ts";
import { type FoundDestination, findKeyStore, type Placed } from "./destination-lookup.ts";

/** Properties that `$skipCredentials` leaves out. */
const CREDENTIAL_PROPERTIES =
  /^(?:clientSecret|privateKey|.*Password|tokenService\.KeyStorePassword)$/i;

/** Builds the response to a request for a destination. */
export function destinationResponse(
  found: FoundDestination,
  context: {
    readonly version: "v1" | "v2";
    readonly query: URLSearchParams;
    readonly authTokens: readonly AuthToken[] | undefined;
    readonly configurations: Configurations;
  },
): Readonly<Record<string, unknown>> {
  const { query, version, authTokens } = context;
  const skipsCredentials = query.get("$skipCredentials") === "true";
  const skipsTokens = query.get("$skipTokenRetrieval") === "true";
  const properties = Object.entries(found.properties).filter(
    ([name]) => !skipsCredentials || !CREDENTIAL_PROPERTIES.test(name),
  );
  const certificates =
    skipsTokens && !skipsCredentials ? keyStores(found, context.configurations) : [];
  const metadata = version === "v2" && query.get("$includeMetadata") === "owner";
  return {
    ...(version === "v1" && { owner: ownerOf(found.destination) }),
    destinationConfiguration: {
      ...Object.fromEntries(properties),
      ...(metadata && { $metadata: { owner: ownersOf(found) } }),
    },
    ...(authTokens !== undefined && { authTokens }),
    ...(certificates.length > 0 && { certificates }),
  };
}

/** Without token retrieval, the caller makes the token request itself and needs the key store. */
function keyStores(found: FoundDestination, configurations: Configurations) {
  const keyStore = findKeyStore(found, configurations);
  return keyStore === undefined ? [] : [keyStore.properties];
}

function ownerOf({ place }: Placed) {
  return {
    SubaccountId: place.tenantId,
    InstanceId: place.level === "instance" ? `${place.tenantId}-instance` : null,
  };
}

function ownersOf({ destination, fragments }: FoundDestination) {
  return {
    destinations: [{ Name: destination.configuration.name, ...ownerOf(destination) }],
    certificates: [],
    fragments: fragments.map((fragment) => ({
      FragmentName: fragment.configuration.name,
      ...ownerOf(fragment),
    })),
  };
}
