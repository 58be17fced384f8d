import { posix } from "node:path";
import { isTest } from "./workspace-packages.ts";

/** A document and what it says. */
export interface Document {
  readonly file: string;
  readonly text: string;
}

/** Lists the relative links of a document that lead to no file or folder of the repository. */
export function deadLinks({ file, text }: Document, files: readonly string[]): readonly string[] {
  return [...withoutCode(text).matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => {
      const target = posix.join(posix.dirname(file), link).replace(/\/$/, "");
      return !files.some((name) => name === target || name.startsWith(`${target}/`));
    })
    .map((link) => `${file} links to ${link}, which is not there`);
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

/** A document without its examples, in which brackets are code. */
function withoutCode(text: string): string {
  return text.replaceAll(/^```.*?^```/gms, "").replaceAll(/`[^`\n]*`/g, "");
}
