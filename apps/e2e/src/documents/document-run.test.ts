import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { runDocument } from "./document-run.ts";
import type { DocumentStep } from "./document-steps.ts";

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "document-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

const command = (text: string, printed?: string): DocumentStep => ({
  kind: "command",
  text,
  printed,
  line: 7,
});

describe("runDocument", () => {
  it("writes files and runs commands in the folder", async () => {
    const folder = emptyFolder();
    const file: DocumentStep = { kind: "file", name: "a.txt", text: "one\n", line: 1 };
    await runDocument([file, command("cat a.txt > b.txt\ncat b.txt", "one")], { folder });
    expect(readFileSync(join(folder, "b.txt"), "utf8")).toBe("one\n");
  });

  it("stays in the folder into which a command goes", async () => {
    const folder = emptyFolder();
    const file: DocumentStep = { kind: "file", name: "a.txt", text: "one\n", line: 1 };
    const steps = [
      command("mkdir deep && cd deep"),
      file,
      command("cat a.txt; ls ../deep", "one\na.txt"),
    ];
    await runDocument(steps, { folder });
  });

  it.each([
    [command("echo two", "one"), /line 7 promises:\none\nIt printed:\ntwo/],
    [command("false\necho one", "one"), /block of line 7/],
    [command(`echo "$NOT_SET_ANYWHERE"`), /block of line 7/],
  ])("tells what went wrong: %j", async (step, message) => {
    await expect(runDocument([step], { folder: emptyFolder() })).rejects.toThrow(message);
  });

  it("ends what runs in the background, with all that it started", async () => {
    const folder = emptyFolder();
    // The outer shell hands on no signal, as npx does not.
    const text = `sh -c 'trap "echo ended >> log; exit" TERM; echo ready; sleep 60 & wait' | cat`;
    const background: DocumentStep = { kind: "background", text, line: 1 };
    await runDocument([background, command("echo meanwhile >> log")], { folder });
    expect(readFileSync(join(folder, "log"), "utf8")).toBe("meanwhile\nended\n");
  });

  it("tells what did not become ready", async () => {
    const background: DocumentStep = { kind: "background", text: "echo no port", line: 1 };
    const failed = runDocument([background], { folder: emptyFolder() });
    await expect(failed).rejects.toThrow(/no port/);
  });
});
