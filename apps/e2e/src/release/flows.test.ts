import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { documentBlocks } from "../documents/document-blocks.ts";
import { runDocument } from "../documents/document-run.ts";
import { documentSteps } from "../documents/document-steps.ts";
import { run } from "../processes/command.ts";
import { allowList, scope } from "../walls/allow-list.ts";
import { readText } from "../walls/repository.ts";
import { workspacePackages } from "../walls/workspace-packages.ts";
import {
  declaredPackages,
  inwardLinks,
  testFiles,
  undeclaredModules,
} from "./installed-packages.ts";
import { lowestNode, rehearsedNodes } from "./node-release.ts";
import { userFolder } from "./user-folder.ts";

const FLOW_RANK = allowList.sts?.rank;
const flows = workspacePackages().filter(
  ({ shortName }) => allowList[shortName]?.rank === FLOW_RANK,
);

describe.each(rehearsedNodes)("alone on Node %s", (node) => {
  it.each(flows)(
    "$shortName brings what it declares, and does what its README says",
    async (flow) => {
      const user = userFolder(node);
      await run(["npm", "install", flow.manifest.name], user);
      const modules = join(user.folder, "node_modules");
      expect(readdirSync(join(modules, scope)).sort()).toEqual(
        declaredPackages(flow.manifest.name),
      );
      expect(readdirSync(modules)).not.toContain("@modelcontextprotocol");
      expect([...undeclaredModules(modules), ...testFiles(modules)]).toEqual([]);
      expect(inwardLinks(modules, inject("publication").home)).toEqual([]);
      // On the lowest version, all documents are tried by a test of their own.
      if (node === lowestNode) return;
      await runDocument(documentSteps(documentBlocks(readText(`${flow.folder}/README.md`))), user);
    },
  );
});
