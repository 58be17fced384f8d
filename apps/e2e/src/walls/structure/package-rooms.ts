import { posix } from "node:path";
import type { ReadSource } from "../doc-comments.ts";
import { moduleReferences } from "../module-references.ts";
import { isTest } from "../workspace-packages.ts";
import { circles, type Graph } from "./graph-circles.ts";

/** The most source files that a folder may have; tests and what supports them are not counted. */
export const MAX_FILES = 20;

/** Reads what each file of a package imports of the others, types included. */
export function importGraph(files: readonly string[], read: ReadSource): Graph {
  const known = new Set(files);
  return new Map(
    files.map((file) => {
      const names = moduleReferences(read(file)).filter((name) => name.startsWith("."));
      const targets = names.map((name) => posix.join(posix.dirname(file), name));
      return [file, targets.filter((target) => known.has(target))];
    }),
  );
}

/** Lists the circles among the files of one package. */
export function fileCircles(imports: Graph): readonly string[] {
  return circles(imports).map((circle) =>
    circle.length === 1 ? `${circle[0]} imports itself` : `${circle.join(" → ")} → ${circle[0]}`,
  );
}

/**
 * Lists the circles among the folders of one package: for each step of a circle, one import that makes it.
 *
 * A file that stands directly in `src` is a room of its own, so that an entry point may import every folder as long as
 * no folder imports it. A circle of such files alone is a circle of files. Tests do not count: they may look into every
 * room.
 */
export function folderCircles(imports: Graph): readonly string[] {
  const graph = roomGraph(imports);
  const names: Graph = new Map([...graph].map(([room, steps]) => [room, [...steps.keys()]]));
  return circles(names)
    .filter((circle) => circle.some((room) => !imports.has(room)))
    .map((circle) =>
      circle
        .map((room, index) => graph.get(room)?.get(circle[(index + 1) % circle.length] ?? ""))
        .join(", "),
    );
}

/** The rooms that each room leads to, with the import that leads there. */
function roomGraph(imports: Graph): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const graph = new Map<string, Map<string, string>>();
  for (const [file, targets] of imports) {
    if (isTest(file)) continue;
    const steps = graph.get(roomOf(file)) ?? new Map<string, string>();
    graph.set(roomOf(file), steps);
    for (const target of targets) {
      if (roomOf(target) === roomOf(file) || steps.has(roomOf(target))) continue;
      steps.set(roomOf(target), `${file} imports ${target}`);
    }
  }
  return graph;
}

/** Lists the folders that have more than {@link MAX_FILES} source files. */
export function crowdedFolders(files: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const file of files) {
    if (isTest(file)) continue;
    const folder = posix.dirname(file);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > MAX_FILES)
    .map(([folder, count]) => `${folder} has ${count} source files, more than ${MAX_FILES}`);
}

/** The folder of a file, or the file itself if it stands directly in `src`. */
function roomOf(file: string): string {
  const folder = posix.dirname(file);
  return posix.basename(folder) === "src" ? file : folder;
}
