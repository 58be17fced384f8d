import { isDeepStrictEqual } from "node:util";
import { manifestMembers, repositoryPath } from "../../../../scripts/home.mjs";
import { linkTargets } from "../../../../scripts/markdown-links.mjs";
import type { Manifest, WorkspacePackage } from "../walls/workspace-packages.ts";

/** What every published package says of itself. */
const COMMON = {
  license: "Apache-2.0",
  author: "The agent-oauth authors",
  type: "module",
  sideEffects: false,
  engines: { node: ">=22.19.0" },
} as const;

/** What people search for, whichever package they need. */
const KEYWORDS = ["oauth", "access-token", "mcp", "ai-agents"];

/**
 * Lists what is missing or wrong in the manifest of a published package, one sentence each.
 *
 * @param home the public home of the repository, once there is one
 */
export function metadataViolations(
  { shortName, folder, manifest }: Pick<WorkspacePackage, "shortName" | "folder" | "manifest">,
  home: string | undefined,
): readonly string[] {
  const { keywords = [], publishConfig = {}, description = "" } = manifest;
  const unset = { homepage: undefined, bugs: undefined, repository: undefined };
  const members = { ...COMMON, ...(home === undefined ? unset : manifestMembers(home, folder)) };
  const violations = Object.entries(members)
    .filter(([field, value]) => !isDeepStrictEqual(manifest[field as keyof Manifest], value))
    .map(([field, value]) => `"${field}" is not ${JSON.stringify(value)}`);
  if (!/^\S.{20,200}\.$/.test(description)) violations.push('"description" is no sentence');
  if (new Set(keywords).size !== keywords.length) violations.push('"keywords" has one twice');
  const missing = KEYWORDS.filter((keyword) => !keywords.includes(keyword));
  if (missing.length > 0) violations.push(`"keywords" lacks ${missing.join(", ")}`);
  if (keywords.length < KEYWORDS.length + 3) violations.push('"keywords" has too few of its own');
  if (publishConfig.access !== "public") violations.push('"publishConfig.access" is not "public"');
  if (publishConfig.provenance !== true) violations.push('"publishConfig.provenance" is not true');
  return violations.map((text) => `${shortName}: ${text}`);
}

/** Lists the links of a published README that lead nowhere outside of the repository, once there is a home. */
export function relativeLinks(
  { shortName, folder }: Pick<WorkspacePackage, "shortName" | "folder">,
  readme: string,
  home: string | undefined,
): readonly string[] {
  if (home === undefined) return [];
  return linkTargets(readme)
    .filter((target) => !target.includes(":") && repositoryPath(target, folder, home) !== undefined)
    .map((target) => `${shortName}: README.md links to ${target}; run pnpm set-home`);
}
