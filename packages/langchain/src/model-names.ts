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
  const ofServer = tools.map(({ server, name }) => validName(`${server.name}_${name}`));
  const withDigests = tools.map(({ server, name }, index) =>
    withDigest(ofServer[index] ?? name, [server.name, server.url, name]),
  );
  const names = unlessUnique(unlessUnique(alone, ofServer), withDigests);
  const counts = countsOf(names);
  const twice = tools.find((_, index) => counts.get(names[index] ?? "") !== 1);
  if (twice === undefined) return names;
  throw new TypeError(
    `Cannot make LangChain tools: the tool ${shownName(twice.name)} of the server ${shownName(twice.server.name)} is in the list twice`,
  );
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

/** Keeps the names that stand once, and takes the others for the rest. */
function unlessUnique(names: readonly string[], others: readonly string[]): readonly string[] {
  const counts = countsOf(names);
  return names.map((name, index) => (counts.get(name) === 1 ? name : (others[index] ?? name)));
}

function countsOf(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
