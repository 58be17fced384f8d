import { apiEntries } from "@agent-oauth/docs/api-entries";
import { sidebar } from "@agent-oauth/docs/navigation";
import { siteLinks } from "@agent-oauth/docs/site-links";
import { sitePages, sitePath } from "@agent-oauth/docs/site-pages";
import { describe, expect, it } from "vitest";

const home = "https://github.com/owner/name";
const pages = sitePages();
const links = (markdown: string, at: string | undefined, file = "docs/guides/sts.md") =>
  siteLinks(markdown, { file, page: sitePath(file), pages, home: at });

describe("siteLinks", () => {
  it.each([
    ["../errors.md", "../errors.md"],
    ["../errors.md#codes", "../errors.md#codes"],
    ["../errors.md#err_token_tls", "../errors.md#err-token-tls"],
    ["../../packages/sts", "../packages/sts.md"],
    ["../../packages/sts/README.md", "../packages/sts.md"],
    ["../../SECURITY.md", "../security.md"],
    ["../decisions", "../decisions/index.md"],
    ["../README.md", "../index.md"],
    ["#part", "#part"],
    ["https://other.example/a_b#c_d", "https://other.example/a_b#c_d"],
    [`${home}/blob/main/docs/start.md`, "../start.md"],
  ])("leads %s to %s", (target, page) => {
    expect(links(`See [it](${target}).`, home)).toBe(`See [it](${page}).`);
  });

  it("leads to a file that is no page in the repository, or, without a home, nowhere", () => {
    const markdown =
      "See [`it`](../../apps/e2e/src/walls/allow-list.ts) and [that](../../apps/e2e).";
    expect(links(markdown, home)).toBe(
      `See [\`it\`](${home}/blob/main/apps/e2e/src/walls/allow-list.ts) and [that](${home}/tree/main/apps/e2e).`,
    );
    expect(links(markdown, undefined)).toBe("See `it` and that.");
  });

  it("keeps the pictures of a package, also in links", () => {
    const markdown = "[![All](docs/dashboard.png)](docs/dashboard.md)";
    expect(links(markdown, undefined, "apps/mock-sts/README.md")).toBe(
      "[![All](../mock-sts/dashboard.png)](../mock-sts/dashboard.md)",
    );
  });

  it("leaves code alone", () => {
    const markdown = "`[a](../../LICENSE)`\n```md\n[a](../../LICENSE)\n```\n";
    expect(links(markdown, undefined)).toBe(markdown);
  });
});

describe("the pages of the site", () => {
  it("are all different", () => {
    expect(new Set(pages.values()).size).toBe(pages.size);
  });

  it("are all in the list at the side, except the decisions and the first page", () => {
    const listed = sidebar.flatMap(({ items }) => items.map(({ link }) => link));
    const documents = [...pages.values()]
      .filter((page) => page.endsWith(".md") && page !== "index.md")
      .filter((page) => page === "decisions/index.md" || !page.startsWith("decisions/"))
      .map((page) => `/${page.replace(/(?:index)?\.md$/, "")}`);
    expect(listed.toSorted()).toEqual([...documents, "/api/"].toSorted());
  });
});

describe("the API reference", () => {
  it("has every entry point that promises something", () => {
    const names = apiEntries().map(({ name }) => name);
    expect(names).toContain("@agent-oauth/core/testing");
    expect(names).toContain("@agent-oauth/sts/schema");
    expect(names.filter((name) => name.endsWith("/internal"))).toEqual([]);
    expect(names.length).toBeGreaterThan(12);
  });
});
