/** MCP servers as people have them in configuration files: a list, an object by name, or either inside a larger file. */
import { isPlainObject } from "../options/plain-object.ts";
import { isServer, misplacedMember, WRAPPERS } from "./misplaced-member.ts";

/** One server of a configuration, not checked yet. */
export interface ServerEntry {
  /** Where it stands: `[0]`, or `["mcpServers", "orders"]`. */
  readonly place: readonly (string | number)[];
  /** The server; in an object by name, the name is added where the server has none. */
  readonly value: unknown;
  /** The name of the object's member, in an object by name. */
  readonly key?: string;
}

/** What a value must be for {@link serverEntries}, to follow "must be". */
export const SERVER_LAYOUTS =
  'a list of servers, an object of servers by name, or { "mcpServers": … } with either';

/** The servers of a configuration, or what is wrong with it, to follow "the list" or "it". */
export type ServerEntries =
  | { readonly entries: readonly ServerEntry[] }
  | { readonly violation: string };

/**
 * Lists the servers of a configuration: a list, an object by name, or either as the member `mcpServers` or `servers`. What
 * stands beside that member is of other tools, unless it is a server or belongs into one: that would be lost.
 */
export function serverEntries(input: unknown): ServerEntries {
  const wrapper = wrapperOf(input);
  if (wrapper === undefined) {
    const isEmpty = isPlainObject(input) && Object.keys(input).length === 0;
    return found(isEmpty ? undefined : listed(input, []));
  }
  const { [wrapper]: servers, ...others } = input as Readonly<Record<string, unknown>>;
  const violation = misplacedMember(others, wrapper);
  return violation === undefined ? found(listed(servers, [wrapper])) : { violation };
}

function found(entries: readonly ServerEntry[] | undefined): ServerEntries {
  return entries === undefined ? { violation: `must be ${SERVER_LAYOUTS}` } : { entries };
}

function wrapperOf(input: unknown): string | undefined {
  if (!isPlainObject(input)) return undefined;
  return WRAPPERS.find((name) => Object.hasOwn(input, name) && holdsServers(input[name]));
}

/** A server may have the name of a wrapper. */
function holdsServers(value: unknown): boolean {
  return Array.isArray(value) || (isPlainObject(value) && !isServer(value));
}

function listed(servers: unknown, place: ServerEntry["place"]): readonly ServerEntry[] | undefined {
  if (Array.isArray(servers)) {
    return servers.map((value, index) => ({ place: [...place, index], value }));
  }
  if (!isPlainObject(servers) || isServer(servers)) return undefined;
  return Object.entries(servers).map(([key, value]) => ({
    place: [...place, key],
    value: isPlainObject(value) ? { name: key, ...value } : value,
    key,
  }));
}
