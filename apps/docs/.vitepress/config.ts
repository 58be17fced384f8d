// The documentation site: what VitePress is told.
import { defineConfig } from "vitepress";
import llmstxt from "vitepress-plugin-llms";
import { readHome, siteOf } from "../../../scripts/home.mjs";
import { navigation, sidebar } from "../src/navigation.ts";

const home = readHome();
const site = siteOf(home);

export default defineConfig({
  title: "agent-oauth",
  description: "OAuth access tokens for AI agents that call MCP servers, in TypeScript.",
  lang: "en",
  srcDir: "pages",
  base: site === undefined ? "/" : new URL(site).pathname,
  cleanUrls: true,
  lastUpdated: false,
  // The links are checked in the built pages, which also shows dead anchors.
  ignoreDeadLinks: true,
  head: [
    ["link", { rel: "icon", href: "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>" }],
    // The names of languages in the corners of code, which are too pale by default.
    ["style", {}, "html:root { --vp-code-lang-color: var(--vp-c-text-2); }"],
  ],
  markdown: { theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" } },
  themeConfig: {
    nav: navigation,
    sidebar,
    outline: [2, 3],
    ...(home && { socialLinks: [{ icon: "github", link: home }] }),
    search: {
      provider: "local",
      options: {
        // The reference would hide the guides, and make the index fifteen times as large.
        miniSearch: {
          searchOptions: {
            // A reader looks for a guide first. VitePress sends this function to the browser as text.
            boostDocument: (page: string) =>
              /\/(?:mock-sts|decisions|architecture|contributing)/.test(page) ? 0.3 : 1,
          },
        },
        _render: (src, env, md) => (env.relativePath.startsWith("api/") ? "" : md.render(src, env)),
      },
    },
  },
  vite: {
    plugins: [
      llmstxt({
        ...(site && { domain: new URL(site).origin }),
        excludeIndexPage: false,
        // Each page of the reference is there as Markdown too, but the texts of the whole site stay short.
        ignoreFilesPerOutput: { llmsTxt: ["api/**"], llmsFullTxt: ["api/**"] },
      }),
    ],
  },
});
