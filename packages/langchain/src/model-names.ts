import type { McpTool } from "@agent-oauth/client";
import { identityDigest, shownName } from "@agent-oauth/core/internal";

/** All model providers take names up to this length. */
const MAX_LENGTH = 64;
const DIGEST_LENGTH = 8;

/**
 * Names tools for a model: letters, digits, `_` and `-`, at most 64 of them, a letter or `_` first, and each name once. Names do not
 * depend on the order of the tools.
 *
 * @throws TypeError if a tool stands in the list twice.
 */
export function modelNames(tools: readonly McpTool[]): readonly string[] {
  const alone = tools.map(({ name }) => validName(name));
  const ofServer = unlessUnique(alone, (index) => {
    const { server, name } = at(tools, index);
    return validName(`${server.name}_${name}`);
  });
  const names = unlessUnique(ofServer, (index) => {
    const { server, name } = at(tools, index);
    return withDigest(ofServer[index] ?? "", [server.name, server.url, name]);
  });
  const counts = countsOf(names);
  const twice = names.findIndex((name) => counts.get(name) !== 1);
  if (twice !== -1) {
    const { server, name } = at(tools, twice);
    throw new TypeError(
      `Cannot make LangChain tools: the tool ${shownName(name)} of the server ${shownName(server.name)} is in the list twice`,
    );
  }
  return names;
}

/** Replaces what a model's provider refuses. A name that was cut ends in a digest of all of it. */
function validName(name: string): string {
  const valid = name.replace(/[^\w-]/g, "_").replace(/^(?![A-Za-z_])/, "_");
  return valid.length <= MAX_LENGTH ? valid : withDigest(valid, [name]);
}

function withDigest(name: string, source: readonly string[]): string {
  const end = `_${identityDigest(source).slice(0, DIGEST_LENGTH)}`;
  return name.slice(0, MAX_LENGTH - end.length) + end;
}

/** Keeps the names that stand once, and makes others for the rest. */
function unlessUnique(
  names: readonly string[],
  other: (index: number) => string,
): readonly string[] {
  const counts = countsOf(names);
  return names.map((name, index) => (counts.get(name) === 1 ? name : other(index)));
}

function countsOf(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function at(tools: readonly McpTool[], index: number): McpTool {
  const tool = tools[index];
  if (tool === undefined) throw new RangeError("Cannot name a tool: there is none");
  return tool;
}
