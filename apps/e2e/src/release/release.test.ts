import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { manifestMembers } from "../../../../scripts/home.mjs";
import { pnpm, run, runInBackground } from "../processes/command.ts";
import { workspacePackages } from "../walls/workspace-packages.ts";
import { inwardLinks, testFiles } from "./installed-packages.ts";
import { lowestNode } from "./node-release.ts";
import { registryAt } from "./registry.ts";
import { userFolder } from "./user-folder.ts";

const published = workspacePackages().filter(({ manifest }) => manifest.private !== true);
const { host, home, refusal, repository } = inject("publication");
const registry = registryAt(host);

describe("the release", () => {
  it("refuses without a public home, and says how to set it", () => {
    expect(refusal).toContain("pnpm set-home https://github.com/OWNER/NAME");
  });

  it.each(published)("publishes $manifest.name as a user can install it", async (published) => {
    const { manifest, folder: folderOfPackage } = published;
    const { version, exports, ...fields } = await registry.manifest(manifest.name);
    expect(version).toBe("0.1.0");
    expect(fields).toMatchObject(manifestMembers(home, folderOfPackage));
    const ranges = Object.entries({ ...fields.dependencies, ...fields.peerDependencies });
    for (const [name, range] of ranges) {
      expect(range).toMatch(name.startsWith("@agent-oauth/") ? /^\^0\.1\.0$/ : /^\^\d+\.\d+\.\d+$/);
    }
    for (const conditions of Object.values(exports)) {
      expect(Object.keys(conditions)).toEqual(["types", "default"]);
    }
  });

  it("has nothing to publish a second time", async () => {
    const printed = await pnpm(["changeset", "publish"], { folder: repository });
    expect(printed).toContain("No unpublished projects");
  });
});

describe("the mock server's command", () => {
  const user = userFolder(lowestNode);
  const npx = (...args: string[]) =>
    ["npx", "--no-install", "@agent-oauth/mock-sts", ...args] as const;

  beforeAll(() => run(["npm", "install", "@agent-oauth/mock-sts"], user));

  it("tells its version", async () => {
    expect(await run(npx("--version"), user)).toBe("0.1.0\n");
  });

  it("starts on free ports with the configuration that it wrote", async () => {
    await run(npx("init", "--preset", "kagent-sts"), user);
    const mock = await runInBackground(npx("--port", "0"), { ...user, ready: "mock-sts is ready" });
    const [ready = "", ending = ""] = (await mock.stop()).split("\n");
    expect(JSON.parse(ready)).toMatchObject({
      event: "ready",
      version: "0.1.0",
      config: "mock-sts.yaml, followed; preset kagent-sts",
    });
    expect(JSON.parse(ending)).toMatchObject({ event: "stopping" });
  });

  it("brings its documents, and no other package of ours", () => {
    const modules = join(user.folder, "node_modules");
    const ours = join(modules, "@agent-oauth");
    expect(readdirSync(ours)).toEqual(["mock-sts"]);
    expect(readdirSync(join(ours, "mock-sts/docs"))).toContain("configuration.md");
    expect([...inwardLinks(modules, home), ...testFiles(modules)]).toEqual([]);
  });
});
