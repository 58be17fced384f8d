/** What stands beside `mcpServers` in a configuration: members of other tools, or what was meant for the servers. */
import { shownName } from "../options/listed-names.ts";
import { nearestName } from "../options/nearest-name.ts";
import { isPlainObject } from "../options/plain-object.ts";

/** The members that hold servers. */
export const WRAPPERS = ["mcpServers", "servers"];

/** Members of a server that decide about its tokens. */
const OF_A_SERVER = ["stsAudience", "request", "url", "ordId", "globalTenantId"];

/**
 * Says which member would be lost beside the one that holds the servers: other servers, also under a misspelt name, and what
 * belongs into a server. Whatever else is there, such as `inputs`, is of other tools.
 *
 * @returns `undefined` if there is none. No value is shown.
 */
export function misplacedMember(
  others: Readonly<Record<string, unknown>>,
  wrapper: string,
): string | undefined {
  for (const [name, value] of Object.entries(others)) {
    const beside = `has ${shownName(name)} beside "${wrapper}"`;
    if (OF_A_SERVER.includes(name)) return `${beside}; it belongs into each server`;
    if (name.length > 3 && nearestName(name, ["stsAudience"]) !== undefined) {
      return `${beside}; did you mean "stsAudience", which belongs into each server?`;
    }
    const isWrapper = WRAPPERS.includes(name) && value !== undefined && value !== null;
    if (isWrapper || (nearestName(name, WRAPPERS) !== undefined && holdsRemoteServers(value))) {
      return `${beside}; put all servers into "${wrapper}"`;
    }
  }
  return undefined;
}

/** Tells whether a value has what makes a server of it. */
export function isServer(value: Readonly<Record<string, unknown>>): boolean {
  return typeof value.url === "string" || typeof value.command === "string";
}

/** Other tools have similar names for lists of names, and for local commands of another kind. */
function holdsRemoteServers(value: unknown): boolean {
  const isRemote = (server: unknown) => isPlainObject(server) && typeof server.url === "string";
  if (Array.isArray(value)) return value.some(isRemote);
  return isPlainObject(value) && (isRemote(value) || Object.values(value).some(isRemote));
}
