// Makes the documentation site: `build` writes it to `.vitepress/dist`, `dev` shows it and follows the documents.
import { spawnSync } from "node:child_process";
import { watch } from "node:fs";
import { join } from "node:path";
import { root } from "../../../scripts/home.mjs";
import { writeApi } from "./write-api.ts";
import { removePages, writePages } from "./write-pages.ts";

const app = join(import.meta.dirname, "..");
const [command = "build", ...options] = process.argv.slice(2);

removePages();
writePages();
await writeApi();
if (command === "dev") {
  for (const folder of ["docs", "packages", "apps/mock-sts"]) {
    watch(join(root, folder), { recursive: true }, (_event, file) => {
      if (file?.endsWith(".md")) writePages();
    });
  }
}

// Its own Node, not the one of its shebang: this is the workspace's.
const vitepress = join(app, "node_modules/vitepress/bin/vitepress.js");
const quiet = command === "build" ? ["--logLevel", "warn"] : [];
const { status } = spawnSync(process.execPath, [vitepress, command, ".", ...quiet, ...options], {
  cwd: app,
  stdio: "inherit",
});
process.exitCode = status ?? 1;
