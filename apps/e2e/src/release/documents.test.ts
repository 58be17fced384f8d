import { describe, it } from "vitest";
import { documentBlocks } from "../documents/document-blocks.ts";
import { runDocument } from "../documents/document-run.ts";
import { documentSteps } from "../documents/document-steps.ts";
import { readText, repositoryFiles } from "../walls/repository.ts";
import { lowestNode } from "./node-release.ts";
import { userFolder } from "./user-folder.ts";

const documents = repositoryFiles()
  .filter((file) => file.endsWith(".md"))
  .map((file) => ({ file, steps: documentSteps(documentBlocks(readText(file))) }))
  .filter(({ steps }) => steps.length > 0);

describe(`what a document says, on Node ${lowestNode}`, () => {
  it.each(documents)("$file", ({ steps }) => runDocument(steps, userFolder(lowestNode)));
});
