import { describe, expect, it } from "vitest";
import { base, builtFiles, fileOf, readBuilt } from "./built-site.test-support.ts";
import { deadAnchors } from "./dead-anchors.ts";

describe("deadAnchors", () => {
  const pages: Readonly<Record<string, string>> = {
    "/a": '<h1 id="top"></h1><a class="x" href="./b#part"></a><a href="b#gone"></a><a href="/c?x=1&amp;y=2"></a>',
    "/b": '<h2 id="part"></h2><a href="https://other.example/x#y">',
  };

  it("names what is not there, and accepts what is", () => {
    expect(deadAnchors("/a", (path) => pages[path])).toEqual([
      "/a links to b#gone, which has no such heading",
      "/a links to /c?x=1&amp;y=2, which is not there",
    ]);
    expect(deadAnchors("/b", (path) => pages[path])).toEqual([]);
  });
});

describe("the pages of the site", () => {
  const read = (path: string) => {
    const file = path.startsWith(base) ? fileOf(path) : undefined;
    return file === undefined ? undefined : readBuilt(file);
  };

  it("link to pages and headings that are there", () => {
    const pages = builtFiles("**/*.html").filter((file) => file !== "404.html");
    const paths = pages.map((file) => base + file.replace(/(?:index)?\.html$/, ""));
    expect(paths.length).toBeGreaterThan(300);
    expect(paths.flatMap((path) => deadAnchors(path, read))).toEqual([]);
  });
});
