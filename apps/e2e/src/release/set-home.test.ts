import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseHome, repositoryUrl, siteOf } from "../../../../scripts/home.mjs";
import { repositoryFiles, root } from "../walls/repository.ts";
import { workspacePackages } from "../walls/workspace-packages.ts";
import { metadataViolations, relativeLinks } from "./package-metadata.ts";

const folder = mkdtempSync(join(tmpdir(), "set-home-"));
const home = "https://github.com/owner/name";
const published = workspacePackages().filter(({ manifest }) => manifest.private !== true);

const read = (file: string) => readFileSync(join(folder, file), "utf8");
const script = (name: string, ...args: string[]) =>
  spawnSync(process.execPath, [join(folder, "scripts", name), ...args], { encoding: "utf8" });
const texts = () =>
  published.map(({ folder: place }) => read(`${place}/package.json`) + read(`${place}/README.md`));

beforeAll(() => {
  const wanted = /(?:^|\/)(?:package\.json|README\.md|error-page\.ts)$|^scripts\//;
  for (const file of repositoryFiles().filter((name) => wanted.test(name))) {
    cpSync(join(root, file), join(folder, file));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("set-home", () => {
  it("writes the home into every manifest and README, and what follows into core", () => {
    expect(script("set-home.mjs", `${home}.git`).stdout).toBe(`The home is ${home}\n`);
    expect(JSON.parse(read("package.json")).repository).toBe(home);
    for (const member of published) {
      const manifest = JSON.parse(read(`${member.folder}/package.json`));
      expect(metadataViolations({ ...member, manifest }, home)).toEqual([]);
      expect(relativeLinks(member, read(`${member.folder}/README.md`), home)).toEqual([]);
    }
    expect(read("apps/mock-sts/README.md")).toContain(
      `[![Timeline, inspector and controls](${home}/raw/main/apps/mock-sts/docs/dashboard.png)](${home}/blob/main/apps/mock-sts/docs/dashboard.md)`,
    );
    expect(read("packages/core/src/errors/error-page.ts")).toContain(
      'string | undefined = "https://owner.github.io/name/errors";',
    );
  });

  it("changes nothing when it is repeated, with the URL or without", () => {
    const before = texts();
    expect(script("set-home.mjs").status).toBe(0);
    expect(script("set-home.mjs", `${home}/`).status).toBe(0);
    expect(texts()).toEqual(before);
  });

  it("moves to another home, of which no site is known", () => {
    expect(script("set-home.mjs", "https://git.example/team/tokens").status).toBe(0);
    expect(texts().join("")).not.toContain("github.com/owner");
    expect(texts().join("")).toContain("https://git.example/team/tokens/issues");
    expect(read("packages/core/src/errors/error-page.ts")).toContain("= undefined;");
  });

  it.each([
    ["github.com/owner/name"],
    ["https://github.com/owner"],
    ["https://github.com/owner/name", "more"],
  ])("refuses %s %s", (...args) => {
    const { status, stderr } = script("set-home.mjs", ...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^Cannot set the home: .+\n$/);
  });

  it("explains itself", () => {
    expect(script("set-home.mjs", "--help").stdout).toContain("pnpm set-home [URL]");
  });
});

describe("parseHome", () => {
  it.each(["https://github.com/o/n", "https://github.com/o/n/", "https://github.com/o/n.git"])(
    "reads %s",
    (url) => expect(parseHome(url)).toBe("https://github.com/o/n"),
  );

  it.each(["", "http://github.com/o/n", "git@github.com:o/n.git", "https://github.com/o/n/tree/x"])(
    "refuses %s",
    (url) => expect(() => parseHome(url)).toThrow(TypeError),
  );
});

describe("repositoryUrl", () => {
  it.each([
    ["docs/start.md", "blob"],
    ["LICENSE", "blob"],
    ["packages/core", "tree"],
    ["apps/mock-sts/docs/dashboard.png", "raw"],
  ])("shows %s as %s", (path, view) => {
    expect(repositoryUrl(home, path)).toBe(`${home}/${view}/main/${path}`);
  });
});

describe("siteOf", () => {
  it.each([
    ["https://github.com/Octo/name", "https://octo.github.io/name/"],
    ["https://github.com/octo/octo.github.io", "https://octo.github.io/"],
    ["https://git.example/octo/name", undefined],
    [undefined, undefined],
  ])("of %s is %s", (url, site) => expect(siteOf(url)).toBe(site));
});
