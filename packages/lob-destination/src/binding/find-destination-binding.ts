import { TokenError } from "@agent-oauth/core";
import { identityDigest, listedNames, shownName } from "@agent-oauth/core/internal";
import type { EnvironmentOptions } from "@agent-oauth/node";
import { type BindingPlace, bindingPlaces, type ListedBinding } from "./binding-places.ts";
import type { DestinationAccess } from "./destination-binding.ts";
import { currentEnvironment } from "./lob-environment.ts";

/** A binding that was found, with the way to read it again. */
export interface FoundBinding {
  readonly access: DestinationAccess;
  /** Reads and checks the binding at the same place again. */
  readAgain(): Promise<DestinationAccess>;
}

/**
 * Finds the binding of the Destination Service: the usable one in the first place that has one.
 *
 * @throws TokenError naming every place searched, with what was missing there: `ERR_TOKEN_SOURCE_UNAVAILABLE` if all were
 * empty, else `ERR_TOKEN_CONFIG`; also if a place has several bindings and none is named.
 */
export async function findDestinationBinding({
  name,
  check,
  instance = "default",
  secretsRoot = "/etc/secrets/appfnd",
  bindingRoot,
  env,
}: FindDestinationBindingOptions): Promise<FoundBinding> {
  const all = bindingPlaces({
    instance,
    name,
    bindingRoot,
    secretsRoot,
    env: currentEnvironment(env),
  });
  const places = all.filter(({ named }) => named || name === undefined);
  const searched: string[] = [];
  let isUnusable = name !== undefined;
  for (const place of places) {
    const outcome = await look(place, { name, check });
    if ("access" in outcome) return outcome;
    searched.push(`${place.name} (${outcome.missing})`);
    isUnusable ||= outcome.isUnusable;
  }
  const wanted = name === undefined ? "a binding" : `the binding ${shownName(name)}`;
  throw new TokenError(
    isUnusable ? "ERR_TOKEN_CONFIG" : "ERR_TOKEN_SOURCE_UNAVAILABLE",
    `Cannot find ${wanted} of the Destination Service in ${searched.join(", ")}`,
  );
}

/** Where to look for a binding of the Destination Service. */
export interface FindBindingOptions extends EnvironmentOptions {
  /** The service instance, in places that have a directory or variables for each. Default `"default"`. */
  readonly instance?: string;
  /** The directory of service bindings. Default: `SERVICE_BINDING_ROOT`, else `/bindings`. */
  readonly bindingRoot?: string;
  /** The directory of secrets, of which `destination/{instance}` is read. Default `/etc/secrets/appfnd`. */
  readonly secretsRoot?: string;
}

/** Options of {@link findDestinationBinding}. */
export interface FindDestinationBindingOptions extends FindBindingOptions {
  /** Its name: then only places whose bindings have names are searched. */
  readonly name: string | undefined;
  /** Checks what a binding holds; `origin` names the place, `settingOf` the settings there. */
  readonly check: (
    value: unknown,
    origin: string,
    settingOf?: BindingPlace["settingOf"],
  ) => DestinationAccess;
}

type Missing = { readonly missing: string; readonly isUnusable: boolean };

async function look(
  place: BindingPlace,
  { name, check }: Pick<FindDestinationBindingOptions, "name" | "check">,
): Promise<FoundBinding | Missing> {
  const found = async () => choose(await place.list(), { place, name });
  try {
    const binding = await found();
    if (binding === undefined) return { missing: place.empty, isUnusable: false };
    const origin = originOf(place, binding);
    const value = await binding.read();
    const checkHere = (value: unknown) => check(value, origin, place.settingOf);
    const access = checkHere(value);
    const unchanged = { access, digest: identityDigest(value) };
    return { access, readAgain: rereader({ found, check: checkHere, origin }, unchanged) };
  } catch (error) {
    if (!TokenError.isInstance(error) || error instanceof SeveralBindings) throw error;
    const reason = error.message.replace(`Cannot use ${place.name}: `, "");
    return { missing: reason.replace(/^Cannot/, "cannot"), isUnusable: true };
  }
}

interface Rereading {
  readonly found: () => Promise<ListedBinding | undefined>;
  readonly check: (value: unknown) => DestinationAccess;
  readonly origin: string;
}

/** Makes the function that reads a binding again, and checks it only if it changed. */
function rereader(
  { found, check, origin }: Rereading,
  first: { readonly access: DestinationAccess; readonly digest: string },
): FoundBinding["readAgain"] {
  let known = first;
  const read = async () => {
    const binding = await found();
    if (binding !== undefined) return binding.read();
    throw new TokenError("ERR_TOKEN_CONFIG", `Cannot use ${origin}: it is not there any more`);
  };
  return async () => {
    const value = await read();
    const digest = identityDigest(value);
    if (digest === known.digest) return known.access;
    // Its files are read one by one: half of them may be of the previous generation.
    if (identityDigest(await read()) !== digest) {
      throw new TokenError(
        "ERR_TOKEN_CONFIG",
        `Cannot use ${origin}: it changed while it was read`,
      );
    }
    known = { access: check(value), digest };
    return known.access;
  };
}

function choose(
  bindings: readonly ListedBinding[],
  { place, name }: { readonly place: BindingPlace; readonly name: string | undefined },
): ListedBinding | undefined {
  const matching = bindings.filter((binding) => name === undefined || binding.name === name);
  if (matching.length < 2) return matching[0];
  throw new SeveralBindings(place, matching);
}

function originOf(place: BindingPlace, { name }: ListedBinding): string {
  return place.named ? `binding ${shownName(name)} of ${place.name}` : place.name;
}

/** To choose one of them, or to look elsewhere, would be a guess. */
class SeveralBindings extends TokenError {
  constructor({ name }: BindingPlace, bindings: readonly ListedBinding[]) {
    const all = bindings.map((binding) => binding.name);
    const advice = new Set(all).size < all.length ? "give the credentials of one" : "name one";
    super(
      "ERR_TOKEN_CONFIG",
      `Cannot choose a binding of the Destination Service: ${all.length} in ${name}, ${listedNames(all)}; ${advice} as "binding"`,
    );
  }
}
