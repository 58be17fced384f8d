import { describe, expect, it } from "vitest";
import { offenders } from "../known-offenders.test-support.ts";
import { againstKnown } from "../offender-list.ts";
import { readText } from "../repository.ts";
import { workspacePackages } from "../workspace-packages.ts";
import {
  crowdedFolders,
  fileCircles,
  folderCircles,
  importGraph,
  MAX_FILES,
} from "./package-rooms.ts";

type Find = typeof fileCircles;

/** What is found in files of `p/src`, each with the modules that it imports. */
function inPackage(find: Find, imports: Readonly<Record<string, readonly string[]>>) {
  const files = Object.keys(imports).map((name) => `p/src/${name}`);
  const graph = importGraph(files, (file) =>
    (imports[file.slice("p/src/".length)] ?? [])
      .map((name) => `import type { A } from "${name}";`)
      .join("\n"),
  );
  return find(graph);
}

describe("fileCircles", () => {
  it("names the shortest circle of files, type imports included", () => {
    const imports = {
      "a.ts": ["./b.ts", "./deep/c.ts"],
      "b.ts": ["./deep/c.ts"],
      "deep/c.ts": ["../a.ts"],
    };
    expect(inPackage(fileCircles, imports)).toEqual(["p/src/a.ts → p/src/deep/c.ts → p/src/a.ts"]);
  });

  it("names each group of files that lead to each other once", () => {
    const imports = {
      "a.ts": ["./b.ts"],
      "b.ts": ["./a.ts", "./c.ts"],
      "c.ts": ["./d.ts"],
      "d.ts": ["./c.ts"],
      "e.ts": ["./e.ts"],
    };
    expect(inPackage(fileCircles, imports)).toEqual([
      "p/src/a.ts → p/src/b.ts → p/src/a.ts",
      "p/src/c.ts → p/src/d.ts → p/src/c.ts",
      "p/src/e.ts imports itself",
    ]);
  });

  it("finds the circle that starts behind the first file", () => {
    const imports = { "a.ts": ["./b.ts"], "b.ts": ["./c.ts"], "c.ts": ["./b.ts"] };
    expect(inPackage(fileCircles, imports)).toEqual(["p/src/b.ts → p/src/c.ts → p/src/b.ts"]);
  });

  it("accepts files that lead one way, and other packages", () => {
    const imports = { "a.ts": ["./b.ts", "./c.ts", "p"], "b.ts": ["./c.ts"], "c.ts": ["node:fs"] };
    expect(inPackage(fileCircles, imports)).toEqual([]);
  });
});

describe("folderCircles", () => {
  it("names the imports that make a circle", () => {
    const imports = {
      "one/a.ts": ["../two/b.ts"],
      "one/c.ts": [],
      "two/b.ts": ["./d.ts"],
      "two/d.ts": ["../one/c.ts"],
    };
    expect(inPackage(folderCircles, imports)).toEqual([
      "p/src/one/a.ts imports p/src/two/b.ts, p/src/two/d.ts imports p/src/one/c.ts",
    ]);
  });

  it("takes a folder within a folder for a room of its own", () => {
    const imports = {
      "one/a.ts": [],
      "one/b.ts": ["./deep/c.ts"],
      "one/deep/c.ts": ["../a.ts"],
    };
    expect(inPackage(folderCircles, imports)).toHaveLength(1);
  });

  it("takes files that stand directly in src for rooms of their own", () => {
    const imports = {
      "index.ts": ["./one/a.ts", "./two/b.ts"],
      "one/a.ts": ["../options.ts"],
      "two/b.ts": ["../one/a.ts"],
      "options.ts": [],
      "flow.ts": ["./two/b.ts"],
    };
    expect(inPackage(folderCircles, imports)).toEqual([]);
    const back = { ...imports, "options.ts": ["./two/c.ts"], "two/c.ts": [] };
    expect(inPackage(folderCircles, back)).toEqual([
      "p/src/one/a.ts imports p/src/options.ts, p/src/options.ts imports p/src/two/c.ts, p/src/two/b.ts imports p/src/one/a.ts",
    ]);
  });

  it("leaves circles of single files to the other wall", () => {
    const imports = { "a.ts": ["./b.ts"], "b.ts": ["./a.ts"] };
    expect(inPackage(folderCircles, imports)).toEqual([]);
    expect(inPackage(fileCircles, imports)).toHaveLength(1);
  });

  it("lets tests look into every room", () => {
    const imports = {
      "one/a.ts": ["../two/b.ts"],
      "two/b.ts": [],
      "two/b.test.ts": ["../one/a.ts"],
      "two/script.test-support.ts": ["../one/a.ts"],
    };
    expect(inPackage(folderCircles, imports)).toEqual([]);
  });
});

describe("crowdedFolders", () => {
  const files = (count: number) => Array.from({ length: count }, (_, i) => `p/src/one/f${i}.ts`);

  it(`lets a folder have ${MAX_FILES} files and no more`, () => {
    expect(crowdedFolders(files(MAX_FILES))).toEqual([]);
    expect(crowdedFolders(files(MAX_FILES + 1))).toEqual([
      "p/src/one has 21 source files, more than 20",
    ]);
  });

  it("counts neither tests, nor what supports them, nor folders within", () => {
    const more = ["p/src/one/f.test.ts", "p/src/one/f.test-support.ts", "p/src/one/deep/f.ts"];
    expect(crowdedFolders([...files(MAX_FILES), ...more])).toEqual([]);
  });
});

describe("the workspace", () => {
  const packages = workspacePackages();
  const graphs = packages.map(({ sources }) => importGraph(sources, readText));

  it("has no circle of files", () => {
    const found = graphs.flatMap(fileCircles);
    expect(againstKnown(found, offenders.circles)).toEqual([]);
  });

  it("has no circle of folders", () => {
    const found = graphs.flatMap(folderCircles);
    expect(againstKnown(found, offenders.folders)).toEqual([]);
  });

  it("has no folder in which a reader must search", () => {
    expect(packages.flatMap(({ sources }) => crowdedFolders(sources))).toEqual([]);
  });
});
