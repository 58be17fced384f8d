import { boundedMap, MAX_ENTRIES } from "../collections/bounded-map.ts";
import { emit } from "../events/emit.ts";
import { checkOptions, type OptionNames } from "../options/known-members.ts";
import { numberOption } from "../options/option-values.ts";

/** Keeps one client for each provider. */
export interface ClientPool<Provider extends object, Client> {
  /** Returns the provider's client, and makes it at first. */
  get(provider: Provider): Client;
  /** Forgets the provider's client; tells whether there was one. */
  delete(provider: Provider): boolean;
  /** How many clients are kept. */
  readonly size: number;
}

/**
 * Keeps API clients, such as generated ones, one for each provider of tokens: a client keeps connections and has one
 * user's credentials, so it is neither shared between providers nor made for each call. A provider is known by its
 * identity as an object or a function. A client that is forgotten is not closed: who holds it may go on using it.
 *
 * @example
 * ```ts
 * const clients = createClientPool((source: TokenSource) =>
 *   createClient<paths>({ baseUrl, fetch: bearerFetch(source, { resource: baseUrl }) }),
 * );
 * const { data } = await clients.get(source).GET("/orders");
 * ```
 * @throws TypeError | RangeError naming the option that is unknown, of a wrong type or out of range. At a call:
 * @throws TypeError if the provider is neither an object nor a function; what `create` throws.
 */
export function createClientPool<Provider extends object, Client>(
  create: (provider: Provider) => Client,
  options?: ClientPoolOptions<Provider, Client>,
): ClientPool<Provider, Client> {
  checkOptions(options, { doing: "create a client pool", names: NAMES });
  const { maxClients = DEFAULT_MAX_CLIENTS, onEvicted } = options ?? {};
  if (typeof create !== "function") throw mistaken("create");
  if (onEvicted !== undefined && typeof onEvicted !== "function") throw mistaken("onEvicted");
  const doing = "create a client pool";
  numberOption(maxClients, { option: "maxClients", doing, min: 1, max: MAX_ENTRIES, whole: true });
  const kept = boundedMap<Provider, { readonly client: Client }>(
    maxClients,
    ({ client }, provider) => emit(onEvicted, client, provider),
  );
  return {
    get size() {
      return kept.size;
    },
    get(provider) {
      if (typeof provider !== "function" && (typeof provider !== "object" || provider === null)) {
        throw new TypeError("Cannot get a client: its provider must be an object or a function");
      }
      const known = kept.get(provider);
      if (known !== undefined) return known.client;
      const client = create(provider);
      kept.set(provider, { client });
      return client;
    },
    delete: (provider) => kept.delete(provider),
  };
}

/** How a {@link ClientPool} behaves. */
export interface ClientPoolOptions<Provider extends object, Client> {
  /** Clients kept; beyond it the one longest unused is forgotten. Default 16. */
  readonly maxClients?: number;
  /**
   * Told of each client that is forgotten. It may be in use still: close it only if closing waits for that. If this is
   * called all the time, providers are made anew for each call; make each once. What it throws is ignored.
   */
  readonly onEvicted?: (client: Client, provider: Provider) => void;
}

const DEFAULT_MAX_CLIENTS = 16;
const NAMES: OptionNames<ClientPoolOptions<object, unknown>> = {
  maxClients: true,
  onEvicted: true,
};

function mistaken(name: string): TypeError {
  return new TypeError(`Cannot create a client pool: "${name}" must be a function`);
}
