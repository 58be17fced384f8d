import { type FragmentType, fragmentTypeLabel } from "../btp/agent-gateway-landscape.ts";
import type {
  Configuration,
  ConfigurationLabel,
  ConfigurationLevel,
  ConfigurationShelf,
  Configurations,
} from "../btp/configurations.ts";
import { checkFields, type FieldKinds } from "../checks/fields.ts";
import { withoutUndefined } from "../checks/without-undefined.ts";
import type { AuthTokenSettings, Tenant } from "../tenants/tenant.ts";

/** Everything a test can do to one tenant. */
export interface TenantControls {
  /**
   * Whether the tenant has subscribed; if not, XSUAA responds with 401 and the Destination Service
   * with 403.
   */
  subscribed: boolean;
  /** How the Destination Service returns the tenant's access tokens. */
  authTokens: AuthTokenSettings;
  /** The fragments of the tenant; for a subscriber, those of its subscription. */
  readonly fragments: readonly Configuration[];
  /** Adds a fragment, or replaces the one with the same name. */
  putFragment(fragment: NewFragment): void;
  /** Sets properties of a fragment; `undefined` removes one, also `FragmentName`. */
  changeFragment(name: string, properties: Readonly<Record<string, unknown>>): void;
  removeFragment(name: string): void;
  /** Adds a destination, or replaces the one with the same name. */
  putDestination(destination: NewConfiguration): void;
  removeDestination(name: string, level?: ConfigurationLevel): void;
}

/** A configuration to store unchecked. */
export interface NewConfiguration {
  readonly name: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly labels?: readonly ConfigurationLabel[];
  /** Default: `instance` for fragments, `subaccount` for destinations. */
  readonly level?: ConfigurationLevel;
}

/** A fragment to store unchecked. */
export interface NewFragment extends NewConfiguration {
  /** The purpose of the fragment; it becomes a label. */
  readonly type?: FragmentType;
}

/** Creates the controls of a tenant. */
export function createTenantControls(
  { tenantId, settings }: Tenant,
  configurations: Configurations,
): TenantControls {
  const fragmentsAt = (level: ConfigurationLevel = "instance"): ConfigurationShelf => ({
    tenantId,
    level,
    kind: "DestinationFragments",
  });
  const destinationsAt = (level: ConfigurationLevel = "subaccount"): ConfigurationShelf => ({
    tenantId,
    level,
    kind: "Destinations",
  });
  const remove = (shelf: ConfigurationShelf, name: string) => {
    if (!configurations.remove(shelf, name)) throw unknown(name);
  };
  return Object.preventExtensions({
    get subscribed() {
      return settings.subscribed;
    },
    set subscribed(value) {
      settings.subscribed = value;
    },
    get authTokens() {
      return settings.authTokens;
    },
    set authTokens(value) {
      const start = 'Cannot set "authTokens":';
      checkFields(value, { start, names: AUTH_TOKEN_NAMES, field: "setting" });
      settings.authTokens = value;
    },
    get fragments() {
      return configurations.list(fragmentsAt());
    },
    putFragment(fragment) {
      checkFields(fragment, { start: "Cannot store a fragment:", names: FRAGMENT_NAMES });
      const { name, properties, type, labels = [], level } = fragment;
      checkLabels(labels);
      const typed = type === undefined ? [] : [fragmentTypeLabel(type)];
      configurations.put(fragmentsAt(level), {
        name,
        properties: withoutUndefined({ FragmentName: name, ...properties }),
        labels: [...typed, ...labels],
      });
    },
    changeFragment(name, properties) {
      const found = configurations.get(fragmentsAt(), name);
      if (found === undefined) throw unknown(name);
      const changed = withoutUndefined({ ...found.properties, ...properties });
      configurations.put(fragmentsAt(), { ...found, properties: changed });
    },
    removeFragment: (name) => remove(fragmentsAt(), name),
    putDestination(destination) {
      checkFields(destination, {
        start: "Cannot store a destination:",
        names: CONFIGURATION_NAMES,
      });
      const { name, properties, labels = [], level } = destination;
      checkLabels(labels);
      const named = withoutUndefined({ Name: name, Type: "HTTP", ...properties });
      configurations.put(destinationsAt(level), { name, properties: named, labels });
    },
    removeDestination: (name, level) => remove(destinationsAt(level), name),
  });
}

const AUTH_TOKEN_NAMES: FieldKinds<AuthTokenSettings> = {
  error: "prose",
  format: "prose",
  expiresIn: "prose",
};

const CONFIGURATION_NAMES: FieldKinds<NewConfiguration> = {
  name: "text",
  properties: "members",
  labels: "list",
  level: "text",
};

const LABEL_NAMES: FieldKinds<ConfigurationLabel> = { key: "text", values: "texts" };

function checkLabels(labels: readonly ConfigurationLabel[]): void {
  for (const label of labels) {
    checkFields(label, { start: "Cannot store a label:", names: LABEL_NAMES, field: "field" });
  }
}

const FRAGMENT_NAMES: FieldKinds<NewFragment> = { ...CONFIGURATION_NAMES, type: "text" };

function unknown(name: string): TypeError {
  return new TypeError(
    `Cannot change ${JSON.stringify(name)}: the tenant has no configuration of that name`,
  );
}
