import { describe, expect, it } from "vitest";
import { manifestMembers, readHome } from "../../../../scripts/home.mjs";
import { readText } from "../walls/repository.ts";
import { workspacePackages } from "../walls/workspace-packages.ts";
import { metadataViolations, relativeLinks } from "./package-metadata.ts";

const home = "https://github.com/owner/name";
const folder = "packages/core";
const published = workspacePackages().filter(({ manifest }) => manifest.private !== true);

describe("metadataViolations", () => {
  const complete = {
    name: "@agent-oauth/core",
    description: "A package that does something.",
    license: "Apache-2.0",
    author: "The agent-oauth authors",
    keywords: ["oauth", "access-token", "mcp", "ai-agents", "a", "b", "c"],
    type: "module",
    sideEffects: false,
    engines: { node: ">=22.19.0" },
    publishConfig: { access: "public", provenance: true },
  };
  const check = (manifest: object, at?: string) =>
    metadataViolations({ shortName: "core", folder, manifest: { ...complete, ...manifest } }, at);

  it("accepts a complete manifest, before there is a home and after", () => {
    expect(check({})).toEqual([]);
    expect(check(manifestMembers(home, folder), home)).toEqual([]);
  });

  it.each([
    ["description", { description: "Tokens" }],
    ["license", { license: "MIT" }],
    ["author", { author: undefined }],
    ["keywords", { keywords: undefined }],
    ["keywords", { keywords: ["oauth", "access-token", "mcp", "ai-agents"] }],
    ["keywords", { keywords: [...complete.keywords, "mcp"] }],
    ["engines", { engines: { node: ">=24" } }],
    ["publishConfig.access", { publishConfig: { provenance: true } }],
    ["publishConfig.provenance", { publishConfig: { access: "public" } }],
    ["repository", { repository: "https://github.com/invented/name" }],
  ])("names a wrong %s", (field, members) => {
    expect(check(members)).toContainEqual(expect.stringContaining(`core: "${field}" `));
  });

  it.each(["homepage", "bugs", "repository"])(
    "names a missing %s once there is a home",
    (field) => {
      const members = { ...manifestMembers(home, folder), [field]: undefined };
      expect(check(members, home)).toEqual([expect.stringContaining(`core: "${field}" `)]);
      expect(check(manifestMembers(home, "packages/node"), home)).not.toEqual([]);
    },
  );
});

describe("relativeLinks", () => {
  it("names them once there is a home", () => {
    const readme = `[a](docs/a.md) [b](#b) [c](${home}/blob/main/c.md) \`[d](e)\``;
    const place = { shortName: "core", folder };
    expect(relativeLinks(place, readme, undefined)).toEqual([]);
    expect(relativeLinks(place, readme, home)).toEqual([
      "core: README.md links to docs/a.md; run pnpm set-home",
    ]);
  });
});

describe("the published packages", () => {
  it("are described completely", () => {
    expect(published.length).toBeGreaterThanOrEqual(10);
    expect(published.flatMap((it) => metadataViolations(it, readHome()))).toEqual([]);
  });

  it("have READMEs that can be read anywhere", () => {
    const links = published.flatMap((it) =>
      relativeLinks(it, readText(`${it.folder}/README.md`), readHome()),
    );
    expect(links).toEqual([]);
  });
});
