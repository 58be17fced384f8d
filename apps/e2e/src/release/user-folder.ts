import { mkdtempSync } from "node:fs";
import { delimiter, join } from "node:path";
import { inject } from "vitest";
import type { CommandOptions } from "../processes/command.ts";
import { nodeFolder } from "./node-release.ts";
import { registryAt } from "./registry.ts";

/** Makes the empty folder of a user who has this version of Node, and installs from the rehearsal's registry. */
export function userFolder(node: string): Required<Pick<CommandOptions, "folder" | "environment">> {
  const { host, users } = inject("publication");
  registryAt(host).use(users);
  const folder = mkdtempSync(join(users, "user-"));
  registryAt(host).use(folder);
  const environment = {
    PATH: [nodeFolder(node), process.env.PATH].join(delimiter),
    // Of this rehearsal only: npx would run what an earlier one has left in the user's.
    npm_config_cache: join(users, "npm-cache"),
  };
  return { folder, environment };
}
