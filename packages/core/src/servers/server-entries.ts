/** MCP servers as people have them in configuration files: a list, an object by name, or either inside a larger file. */
import { isPlainObject } from "../options/plain-object.ts";

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

/**
 * Lists the servers of a configuration: a list, an object by name, or either as the member `mcpServers` or `servers`.
 *
 * @returns `undefined` if it is nothing of that, such as one server alone.
 */
export function serverEntries(input: unknown): readonly ServerEntry[] | undefined {
  if (!isPlainObject(input)) return listed(input, []);
  const wrapper = WRAPPERS.find((name) => Object.hasOwn(input, name) && holdsServers(input[name]));
  if (wrapper !== undefined) return listed(input[wrapper], [wrapper]);
  return Object.keys(input).length === 0 ? undefined : listed(input, []);
}

const WRAPPERS = ["mcpServers", "servers"];

/** A server may have the name of a wrapper. */
function holdsServers(value: unknown): boolean {
  return Array.isArray(value) || (isPlainObject(value) && !isServer(value));
}

function isServer(value: Readonly<Record<string, unknown>>): boolean {
  return typeof value.url === "string" || typeof value.command === "string";
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
