import { join } from "node:path";
import {
  type Environment,
  findServiceBindings,
  readSecretDirectory,
  readServiceBinding,
  readVcapServices,
  serviceBindingRoot,
  type VcapService,
} from "@agent-oauth/node";

/** A place where a binding may be. */
export interface BindingPlace {
  /** For messages: "VCAP_SERVICES". */
  readonly name: string;
  /** Whether bindings have names of their own here. */
  readonly named: boolean;
  /** Lists the bindings that are there now; of a wanted name, if one is wanted. */
  list(): Promise<readonly ListedBinding[]>;
  /** Lists the names of all bindings there, whatever name is wanted. */
  names?(): Promise<readonly string[]>;
  /** Says which bindings these are: "of type destination". */
  readonly kind?: string;
  /** Says why the list is empty. */
  readonly empty: string;
  /** Names the setting that holds a member of the binding, where that is not the member's own name. */
  readonly settingOf?: (member: string) => string;
}

/** A binding at some place, not read yet. */
export interface ListedBinding {
  readonly name: string;
  read(): Promise<unknown>;
}

/** Options of {@link bindingPlaces}. */
export interface BindingPlacesOptions {
  /** Name of the service instance, where a place has several. */
  readonly instance: string;
  /** Name of the wanted binding, where bindings have names. */
  readonly name: string | undefined;
  readonly bindingRoot?: string | undefined;
  readonly secretsRoot: string;
  readonly env: Environment;
}

const SERVICE = "destination";
const LABELLED = `labelled or tagged ${SERVICE}`;
const TYPED = `of type ${SERVICE}`;
const USER_PROVIDED = "user-provided";
/** Entries that are there without any credentials. */
const DESCRIPTIVE = ["type", "provider"];

/** The members of a binding that environment variables can hold, in upper case. */
const MEMBERS = [
  "clientid",
  "clientsecret",
  "certificate",
  "key",
  "certurl",
  "url",
  "uri",
  "identityzone",
  "uaadomain",
];

/** Lists the places in the order in which they are searched. */
export function bindingPlaces(options: BindingPlacesOptions): readonly BindingPlace[] {
  const { instance, secretsRoot, env, name } = options;
  const root = () => options.bindingRoot ?? serviceBindingRoot({ env });
  const rootName = options.bindingRoot ?? env.SERVICE_BINDING_ROOT ?? "/bindings";
  return [
    cloudFoundry(env, name),
    serviceBindings(rootName, { root, wanted: name }),
    directory(join(rootName, SERVICE), () => join(root(), SERVICE)),
    directory(join(rootName, SERVICE, instance), () => join(root(), SERVICE, instance)),
    directory(join(secretsRoot, SERVICE, instance), () => join(secretsRoot, SERVICE, instance)),
    variables(instance, env),
  ];
}

function cloudFoundry(env: Environment, name: string | undefined): BindingPlace {
  return {
    name: env.VCAP_SERVICES_FILE_PATH === undefined ? "VCAP_SERVICES" : "VCAP_SERVICES_FILE_PATH",
    named: true,
    empty:
      (env.VCAP_SERVICES_FILE_PATH ?? env.VCAP_SERVICES) === undefined
        ? "not set"
        : `no service ${LABELLED}`,
    kind: LABELLED,
    async names() {
      const services = (await readVcapServices({ env })) ?? [];
      return candidates(services, undefined).map(({ name }) => name);
    },
    async list() {
      const services = (await readVcapServices({ env })) ?? [];
      return candidates(services, name).map(({ name, credentials, failure }) => ({
        name,
        read: async () => {
          if (failure !== undefined) throw failure;
          return credentials;
        },
      }));
    },
  };
}

/**
 * The label tells best which service it is. A tag, or else the wanted name, speaks for one that a user provided. Entries that
 * cannot be used count only where no other does.
 */
function candidates(services: readonly VcapService[], wanted: string | undefined) {
  const named = services.filter(({ name }) => wanted === undefined || name === wanted);
  const ranks = [
    named.filter(({ label }) => label === SERVICE),
    named.filter(({ tags }) => tags.includes(SERVICE)),
    named.filter(({ label }) => wanted !== undefined && label === USER_PROVIDED),
  ];
  const isUsable = ({ failure }: VcapService) => failure === undefined;
  return ranks.find((rank) => rank.some(isUsable)) ?? ranks.find((rank) => rank.length > 0) ?? [];
}

function serviceBindings(
  name: string,
  { root, wanted }: { readonly root: () => string; readonly wanted: string | undefined },
): BindingPlace {
  const all = async () => {
    const bindings = await findServiceBindings({ root: root(), type: SERVICE });
    return bindings.filter(({ entries }) => entries.some((entry) => !DESCRIPTIVE.includes(entry)));
  };
  return {
    name: `the service bindings of ${JSON.stringify(name)}`,
    named: true,
    empty: `none ${TYPED}`,
    kind: TYPED,
    names: async () => (await all()).map(({ name }) => name),
    list: async () =>
      (await all())
        .filter(({ name }) => wanted === undefined || name === wanted)
        .map((binding) => ({ name: binding.name, read: () => readServiceBinding(binding) })),
  };
}

function directory(name: string, path: () => string): BindingPlace {
  return {
    name: JSON.stringify(name),
    named: false,
    empty: "no files there",
    async list() {
      const values = await readSecretDirectory(path());
      return values === undefined ? [] : [{ name, read: async () => values }];
    },
  };
}

function variables(instance: string, env: Environment): BindingPlace {
  const prefix = `CLOUD_SDK_CFG_DESTINATION_${instance.toUpperCase().replaceAll("-", "_")}_`;
  return {
    name: `${prefix}*`,
    named: false,
    settingOf: (member) => prefix + member.toUpperCase(),
    empty: "none is set",
    async list() {
      const values = MEMBERS.flatMap((member) => {
        const value = env[prefix + member.toUpperCase()];
        return value === undefined ? [] : [[member, value]];
      });
      if (values.length === 0) return [];
      return [{ name: instance, read: async () => Object.fromEntries(values) }];
    },
  };
}
