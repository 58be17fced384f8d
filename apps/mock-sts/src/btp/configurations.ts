import type { Clock } from "../time/clock.ts";

/** The kinds of configurations that the Destination Service keeps; the names are those of its paths. */
export type ConfigurationKind = "Destinations" | "DestinationFragments" | "Certificates";

/** The level that a configuration belongs to. For a subscriber, `instance` is its subscription. */
export type ConfigurationLevel = "instance" | "subaccount";

/** A label that lists can be filtered by. */
export interface ConfigurationLabel {
  readonly key: string;
  readonly values: readonly string[];
}

/** A destination, fragment or certificate as the service stores it. */
export interface Configuration {
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly labels: readonly ConfigurationLabel[];
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
}

/** A set of configurations in which each name occurs once. */
export interface ConfigurationShelf {
  readonly tenantId: string;
  readonly level: ConfigurationLevel;
  readonly kind: ConfigurationKind;
}

/** Everything the Destination Service keeps, by tenant, level and kind. */
export interface Configurations {
  /** Lists the configurations of a shelf in the order in which they were added. */
  list(shelf: ConfigurationShelf): readonly Configuration[];
  get(shelf: ConfigurationShelf, name: string): Configuration | undefined;
  /** Adds a configuration, or replaces the one with the same name. */
  put(shelf: ConfigurationShelf, configuration: Omit<Configuration, "modifiedAt">): void;
  /** Removes a configuration and tells whether it existed. */
  remove(shelf: ConfigurationShelf, name: string): boolean;
  clear(): void;
}

/** The property that names a configuration of each kind. */
export const NAME_PROPERTIES: Readonly<Record<ConfigurationKind, string>> = {
  Destinations: "Name",
  DestinationFragments: "FragmentName",
  Certificates: "Name",
};

/** Creates an empty set of configurations. */
export function createConfigurations(clock: Clock): Configurations {
  const shelves = new Map<string, Map<string, Configuration>>();
  const open = ({ tenantId, level, kind }: ConfigurationShelf) => {
    const key = JSON.stringify([tenantId, level, kind]);
    const shelf = shelves.get(key) ?? new Map<string, Configuration>();
    shelves.set(key, shelf);
    return shelf;
  };
  return {
    list: (shelf) => [...open(shelf).values()],
    get: (shelf, name) => open(shelf).get(name),
    put: (shelf, configuration) =>
      void open(shelf).set(configuration.name, { ...configuration, modifiedAt: clock.now() }),
    remove: (shelf, name) => open(shelf).delete(name),
    clear: () => shelves.clear(),
  };
}
