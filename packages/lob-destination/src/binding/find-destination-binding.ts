import { TokenError } from "@agent-oauth/core";
import { identityDigest, listedNames, listedReasons, shownName } from "@agent-oauth/core/internal";
import type { EnvironmentOptions } from "@agent-oauth/node";
import { type TriedCandidates, triedCandidates } from "@agent-oauth/node/internal";
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
  const at = { place, check };
  try {
    const bindings = await place.list();
    if (bindings.length === 0) return { missing: await notThere(place, name), isUnusable: false };
    const { candidate, value } = await onlyUsable(bindings, at);
    const unchanged = { access: value.access, digest: identityDigest(value.content) };
    return { access: value.access, readAgain: rereader(candidate, at, unchanged) };
  } catch (error) {
    if (!TokenError.isInstance(error) || error instanceof SeveralBindings) throw error;
    return { missing: reasonOf(error, place), isUnusable: true };
  }
}

/** Says what there is in place of the binding that was named: its name may be misspelt. */
async function notThere(place: BindingPlace, name: string | undefined): Promise<string> {
  const others = name === undefined ? [] : ((await place.names?.()) ?? []);
  if (name === undefined || others.length === 0) return place.empty;
  return `no service binding ${shownName(name)} ${place.kind}, only ${listedNames(others)}`;
}

interface At {
  readonly place: BindingPlace;
  readonly check: FindDestinationBindingOptions["check"];
}

type Tried = TriedCandidates<
  ListedBinding,
  { readonly access: DestinationAccess; readonly content: unknown }
>;

/** The only one that can be used: those that cannot are told only if that is none, or several. */
async function onlyUsable(
  bindings: readonly ListedBinding[],
  { place, check }: At,
): Promise<Tried["usable"][number]> {
  const tried: Tried = await triedCandidates(bindings, async (binding) => {
    const content = await binding.read();
    return { access: check(content, originOf(place, binding), place.settingOf), content };
  });
  const [only, ...others] = tried.usable;
  if (others.length > 0) throw new SeveralBindings(place, tried);
  if (only !== undefined) return only;
  const [failure] = tried.unusable;
  if (failure !== undefined && tried.unusable.length === 1) throw failure.error;
  throw new TokenError("ERR_TOKEN_CONFIG", `Cannot use ${place.name}: ${reasonsOf(tried, place)}`);
}

function reasonsOf({ unusable }: Tried, place: BindingPlace): string {
  return listedReasons(unusable.map(({ error }) => reasonOf(error, place)));
}

function reasonOf(error: TokenError, { name }: BindingPlace): string {
  return error.message.replace(`Cannot use ${name}: `, "").replace(/^Cannot/, "cannot");
}

/**
 * Makes the function that reads a binding again, and checks it only if it changed. As long as the chosen one is there, no
 * other takes its place.
 */
function rereader(
  chosen: ListedBinding,
  at: At,
  first: { readonly access: DestinationAccess; readonly digest: string },
): FoundBinding["readAgain"] {
  const { place, check } = at;
  let known = first;
  let { name } = chosen;
  const origin = () => originOf(place, { name });
  const read = async () => {
    const all = await place.list();
    const same = all.filter((binding) => binding.name === name);
    const bindings = same.length > 0 ? same : all;
    const [binding] = bindings;
    if (binding === undefined) throw unusable(origin(), "it is not there any more");
    const only = bindings.length === 1 ? binding : (await onlyUsable(bindings, at)).candidate;
    const content = await only.read();
    name = only.name;
    return content;
  };
  return async () => {
    const content = await read();
    const digest = identityDigest(content);
    if (digest === known.digest) return known.access;
    // Its files are read one by one: half of them may be of the previous generation.
    if (identityDigest(await read()) !== digest) {
      throw unusable(origin(), "it changed while it was read");
    }
    known = { access: check(content, origin(), place.settingOf), digest };
    return known.access;
  };
}

function unusable(origin: string, reason: string): TokenError {
  return new TokenError("ERR_TOKEN_CONFIG", `Cannot use ${origin}: ${reason}`);
}

function originOf(place: BindingPlace, { name }: Pick<ListedBinding, "name">): string {
  return place.named ? `binding ${shownName(name)} of ${place.name}` : place.name;
}

/** To choose one of them, or to look elsewhere, would be a guess. */
class SeveralBindings extends TokenError {
  constructor(place: BindingPlace, tried: Tried) {
    const all = tried.usable.map(({ candidate }) => candidate.name);
    const advice = new Set(all).size < all.length ? "give the credentials of one" : "name one";
    const others = tried.unusable.length === 0 ? "" : ` (also there: ${reasonsOf(tried, place)})`;
    super(
      "ERR_TOKEN_CONFIG",
      `Cannot choose a binding of the Destination Service: ${all.length} in ${place.name}, ${listedNames(all)}; ${advice} as "binding"${others}`,
    );
  }
}
