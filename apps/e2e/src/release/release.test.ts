import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repositoryFiles, root, workspacePackages } from "../walls/repository.ts";
import { pnpm, run } from "./command.ts";
import { type Registry, startRegistry } from "./registry.ts";

/** For steps that install from the network. */
const patience = 300_000;

const folder = mkdtempSync(join(tmpdir(), "release-"));
const repository = join(folder, "repository");
const published = workspacePackages().filter(({ manifest }) => manifest.private !== true);
let registry: Registry;

beforeAll(async () => {
  registry = await startRegistry(join(folder, "registry"));
  for (const file of repositoryFiles()) cpSync(join(root, file), join(repository, file));
  registry.use(repository);
  await run(repository, "git", "init", "--quiet", "--initial-branch", "main");
  await run(repository, "git", "add", "--all");
  const author = ["-c", "user.name=rehearsal", "-c", "user.email=rehearsal@localhost"];
  await run(repository, "git", ...author, "commit", "--quiet", "--message", "before");
  await pnpm(repository, "install", "--frozen-lockfile", "--prefer-offline");
  await pnpm(repository, "run", "version-packages");
  await pnpm(repository, "run", "release");
}, patience);

afterAll(async () => {
  await registry?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("the release", () => {
  it.each(published)("publishes $manifest.name 0.1.0 as a user can install it", async (pkg) => {
    const { version, dependencies, peerDependencies, exports } = await registry.manifest(
      pkg.manifest.name,
    );
    expect(version).toBe("0.1.0");
    const ranges = Object.entries({ ...dependencies, ...peerDependencies });
    for (const [name, range] of ranges) {
      expect(range).toMatch(name.startsWith("@agent-oauth/") ? /^\^0\.1\.0$/ : /^\^\d+\.\d+\.\d+$/);
    }
    for (const conditions of Object.values(exports)) {
      expect(Object.keys(conditions)).toEqual(["types", "default"]);
    }
  });

  it(
    "has nothing to publish a second time",
    async () => {
      expect(await pnpm(repository, "changeset", "publish")).toContain("No unpublished projects");
    },
    patience,
  );
});

describe("one package alone", () => {
  it(
    "brings core and no other of ours",
    async () => {
      const consumer = join(folder, "core-alone");
      registry.use(consumer);
      await run(consumer, "npm", "install", "@agent-oauth/core");
      expect(readdirSync(join(consumer, "node_modules/@agent-oauth"))).toEqual(["core"]);
    },
    patience,
  );
});
