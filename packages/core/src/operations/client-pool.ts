import { boundedMap, MAX_ENTRIES } from "../collections/bounded-map.ts";
import { emit } from "../events/emit.ts";
import { checkOptions, type OptionNames } from "../options/known-members.ts";
import { numberOption } from "../options/option-values.ts";

/** Keeps one client for each provider. */
export interface ClientPool<Provider extends object, Client> {
  /** Returns the provider's client. The first call creates it. */
  get(provider: Provider): Client;
  /** Forgets the provider's client; tells whether there was one. */
  delete(provider: Provider): boolean;
  /** The number of clients in the pool. */
  readonly size: number;
}

/**
 * Keeps API clients, such as generated clients, one for each token provider. A client keeps connections and one user's
 * credentials, so providers must not share a client, and a client per call would waste connections. The pool compares providers
 * by object identity. It does not close a client that it forgets, so a caller that holds the client can continue to use it.
 *
 * @example
 * ```ts
 * const clients = createClientPool((source: TokenSource) =>
 *   createClient<paths>({ baseUrl, fetch: bearerFetch(source, { resource: baseUrl }) }),
 * );
 * const { data } = await clients.get(source).GET("/orders");
 * ```
 * @throws TypeError | RangeError naming the option that is unknown, of a wrong type or out of range. At a call:
 * @throws TypeError if the provider is neither an object nor a function. It also throws the errors of `create`.
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

/** Options of {@link createClientPool}. */
export interface ClientPoolOptions<Provider extends object, Client> {
  /** The maximum number of clients. Beyond it the pool forgets the least recently used client. Default 16. */
  readonly maxClients?: number;
  /**
   * Called with each client that the pool evicts. A caller may still use the client, so close it only if closing waits for such
   * calls. If this is called all the time, your code creates a provider for each call; create each provider once. Errors of the
   * callback are ignored.
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
