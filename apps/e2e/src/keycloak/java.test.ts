import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { findJava } from "./java.ts";

describe("findJava", () => {
  const versions = { old: "1.8.0_472", java17: "17.0.15", java21: "21", java25: "25.0.3" };

  it("prefers the one that JAVA_HOME names, if it is new enough", () => {
    const { folder, installed } = javas(versions);
    expect(findJava(join(folder, "java21"), installed)).toBe(join(folder, "java21"));
    expect(findJava(join(folder, "java17"), installed)).toBe(join(folder, "java25"));
    expect(findJava(join(folder, "nothing"), installed)).toBe(join(folder, "java25"));
  });

  it("finds the newest that is installed", () => {
    const { folder, installed } = javas(versions);
    expect(findJava(undefined, installed)).toBe(join(folder, "java25"));
  });

  it("finds none where all are too old, or cannot be run", () => {
    const { folder, installed } = javas({ old: "1.8.0_472", java17: "17.0.15", java25: "25.0.3" });
    rmSync(join(folder, "java25/bin/java"));
    expect(findJava(undefined, installed)).toBeUndefined();
    expect(findJava(undefined, [join(folder, "nowhere/*")])).toBeUndefined();
  });
});

/** Lays out Javas as installers do. */
function javas(versions: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "java-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, version] of Object.entries(versions)) {
    mkdirSync(join(folder, name, "bin"), { recursive: true });
    writeFileSync(join(folder, name, "bin/java"), "");
    writeFileSync(
      join(folder, name, "release"),
      `IMPLEMENTOR="N. N."\nJAVA_VERSION="${version}"\n`,
    );
  }
  return { folder, installed: [join(folder, "*")] };
}
