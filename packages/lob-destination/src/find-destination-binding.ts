import { TokenError } from "@agent-oauth/core";
import type { EnvironmentOptions } from "@agent-oauth/node";
import { type BindingPlace, bindingPlaces, type ListedBinding } from "./binding-places.ts";
import type { DestinationAccess } from "./destination-binding.ts";

/** Where a binding of the Destination Service is looked for. */
export interface FindBindingOptions extends EnvironmentOptions {
  /** The service instance, in places that are divided by instances. Default `"default"`. */
  readonly instance?: string;
  /** The directory of service bindings. Default: `SERVICE_BINDING_ROOT`, else `/bindings`. */
  readonly bindingRoot?: string;
  /** The directory of secrets, of which `destination/{instance}` is read. Default `/etc/secrets/appfnd`. */
  readonly secretsRoot?: string;
}

/** A binding that was found, and can be read again when it may have changed. */
export interface FoundBinding {
  readonly access: DestinationAccess;
  /** Reads and checks what is at the same place now. */
  readAgain(): Promise<DestinationAccess>;
}

/** Which binding is wanted. */
export interface FindDestinationBindingOptions extends FindBindingOptions {
  /** Its name, where bindings have one: then no other place is searched. */
  readonly name: string | undefined;
  /** Checks what a binding holds; `origin` names the place. */
  readonly check: (value: unknown, origin: string) => DestinationAccess;
}

/**
 * Finds the binding of the Destination Service: the first place with a usable one counts.
 *
 * @throws TokenError naming every place searched, with what was missing there: `ERR_TOKEN_SOURCE_UNAVAILABLE` if all were
 * empty, `ERR_TOKEN_CONFIG` otherwise, and if a place has several and none is named.
 */
export async function findDestinationBinding({
  name,
  check,
  instance = "default",
  secretsRoot = "/etc/secrets/appfnd",
  env = process.env,
  bindingRoot,
}: FindDestinationBindingOptions): Promise<FoundBinding> {
  const all = bindingPlaces({ instance, bindingRoot, secretsRoot, env });
  const places = all.filter(({ named }) => named || name === undefined);
  const searched: string[] = [];
  let faulty = name !== undefined;
  for (const place of places) {
    const outcome = await look(place, name, check);
    if ("access" in outcome) return outcome;
    searched.push(`${place.name} (${outcome.missing})`);
    faulty ||= outcome.faulty;
  }
  const wanted = name === undefined ? "a binding" : `the binding ${JSON.stringify(name)}`;
  throw new TokenError(
    faulty ? "ERR_TOKEN_CONFIG" : "ERR_TOKEN_SOURCE_UNAVAILABLE",
    `Cannot find ${wanted} of the Destination Service in ${searched.join(", ")}`,
  );
}

type Missing = { readonly missing: string; readonly faulty: boolean };

async function look(
  place: BindingPlace,
  name: string | undefined,
  check: FindDestinationBindingOptions["check"],
): Promise<FoundBinding | Missing> {
  const read = async () => {
    const binding = choose(await place.list(), place, name);
    return binding && check(await binding.read(), originOf(place, binding));
  };
  try {
    const access = await read();
    if (access === undefined) return { missing: place.empty, faulty: false };
    return {
      access,
      readAgain: async () => {
        const again = await read();
        if (again !== undefined) return again;
        throw new TokenError(
          "ERR_TOKEN_CONFIG",
          `Cannot find the binding any more in ${place.name}`,
        );
      },
    };
  } catch (error) {
    if (!TokenError.isInstance(error) || error instanceof SeveralBindings) throw error;
    return { missing: error.message.replace(/^Cannot/, "cannot"), faulty: true };
  }
}

function choose(
  bindings: readonly ListedBinding[],
  place: BindingPlace,
  name: string | undefined,
): ListedBinding | undefined {
  const matching = bindings.filter((binding) => name === undefined || binding.name === name);
  if (matching.length < 2) return matching[0];
  throw new SeveralBindings(place, matching);
}

function originOf(place: BindingPlace, { name }: ListedBinding): string {
  return place.named ? `binding ${JSON.stringify(name)} of ${place.name}` : place.name;
}

/** Choosing among them would be a guess, and so would be to look elsewhere. */
class SeveralBindings extends TokenError {
  constructor({ name }: BindingPlace, bindings: readonly ListedBinding[]) {
    const names = bindings.map((binding) => JSON.stringify(binding.name)).join(", ");
    super(
      "ERR_TOKEN_CONFIG",
      `Cannot choose a binding of the Destination Service: ${bindings.length} in ${name}, ${names}; name one as "binding"`,
    );
  }
}
