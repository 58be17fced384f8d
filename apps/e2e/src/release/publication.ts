import { cpSync } from "node:fs";
import { join } from "node:path";
import { pnpm, run } from "../processes/command.ts";
import { repositoryFiles, root } from "../walls/repository.ts";
import type { Registry } from "./registry.ts";

/** Releases all packages to a registry, as a maintainer does, from a copy of the repository in `folder`. */
export async function publishAll(folder: string, registry: Registry): Promise<void> {
  for (const file of repositoryFiles()) cpSync(join(root, file), join(folder, file));
  registry.use(folder);
  const git = (...args: string[]) => run(["git", ...args], { folder });
  await git("init", "--quiet", "--initial-branch", "main");
  await git("add", "--all");
  const author = ["-c", "user.name=rehearsal", "-c", "user.email=rehearsal@localhost"];
  await git(...author, "commit", "--quiet", "--message", "before");
  await pnpm(["install", "--frozen-lockfile", "--prefer-offline"], { folder });
  await pnpm(["run", "version-packages"], { folder });
  await pnpm(["run", "release"], { folder });
}
