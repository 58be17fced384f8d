import { posix } from "node:path";
import { repositoryPath } from "../../../../scripts/home.mjs";
import { linkTargets } from "../../../../scripts/markdown-links.mjs";
import { isTest } from "./workspace-packages.ts";

/** A document and what it says. */
export interface Document {
  readonly file: string;
  readonly text: string;
}

/** Lists the links of a document into the repository, relative or through its home, that lead to no file or folder. */
export function deadLinks(
  { file, text }: Document,
  files: readonly string[],
  home?: string,
): readonly string[] {
  return linkTargets(text)
    .filter((target) => {
      const [path] = repositoryPath(target, posix.dirname(file), home)?.split("#") ?? [];
      if (path === undefined) return false;
      return !files.some((name) => name === path || name.startsWith(`${path}/`));
    })
    .map((target) => `${file} links to ${target}, which is not there`);
}

/** Lists the source files that a document names and that are not there. */
export function unknownFiles(
  { file, text }: Document,
  files: readonly string[],
): readonly string[] {
  return [...text.matchAll(/`([\w./-]+\.ts)`/g)]
    .map(([, name = ""]) => name)
    .filter((name) => !files.some((known) => `/${known}`.endsWith(`/${name}`)))
    .map((name) => `${file} names ${name}, which is not there`);
}

/**
 * Lists the folders with source files of which a document does not speak, by the name that it must give them: the short
 * name of the package and the path below `src`.
 */
export function unnamedRooms(
  { file, text }: Document,
  files: readonly string[],
): readonly string[] {
  const rooms = new Set<string>();
  for (const name of files) {
    const [, room] = /^(?:packages|apps)\/([^/]+\/src\/.+)\/[^/]+\.ts$/.exec(name) ?? [];
    if (room !== undefined && !isTest(name)) rooms.add(room.replace("/src/", "/"));
  }
  return [...rooms]
    .filter((room) => !text.includes(`\`${room}\``))
    .sort()
    .map((room) => `${file} does not say what is in ${room}`);
}
