import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { openPage, runInPage, startBrowser } from "../dashboard/browser.test-support.ts";
import { builtFiles, readBuilt, serveSite } from "./built-site.test-support.ts";

const site = await serveSite();
const browser = await startBrowser();

/** Pages of every kind: prose, tables, code, a README, a picture, the reference. */
const pages = [
  "",
  "start",
  "guides/sts",
  "errors",
  "security-model",
  "packages/core",
  "mock-sts/dashboard",
  "api/@agent-oauth/core/functions/cachingTokenSource",
];

/** Opens the search by the keyboard, types, and waits for what is found. */
async function search(page: Page, text: string): Promise<void> {
  await page.goto(`${site}start`);
  await page.locator(".VPNavBarSearch button").waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("searchbox").fill(text);
}

describe("the search", () => {
  it.each([
    ["token exchange", "guides/sts", /Token exchange/],
    ["ERR_TOKEN_METADATA", "errors#err-token-metadata", /ERR_TOKEN_METADATA/],
    ["several replicas", "scaling#several-processes", /Several processes/],
  ])("finds %s by the keyboard alone", async (text, path, title) => {
    const page = await openPage(browser);
    await search(page, text);
    const first = page.locator("#localsearch-list .result").first();
    await first.waitFor();
    expect(await first.textContent()).toMatch(title);
    await page.keyboard.press("Enter");
    await expect.poll(() => page.url()).toContain(`${site}${path}`);
  });

  it("does not find the reference", async () => {
    const page = await openPage(browser);
    await search(page, "RefreshFailedEvent");
    await page.locator(".no-results").waitFor();
  });
});

describe("every page", () => {
  for (const colorScheme of ["light", "dark"] as const) {
    it.each([390, 1280])(`fits a width of %i pixels, ${colorScheme}`, async (width) => {
      const page = await openPage(browser, { colorScheme, viewport: { width, height: 800 } });
      for (const path of pages) {
        await page.goto(site + path);
        await page.locator("main h1, .VPHero h1").first().waitFor();
        const tooWide = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
        expect([path, tooWide]).toEqual([path, 0]);
        const isDark = await page.evaluate("document.documentElement.classList.contains('dark')");
        expect(isDark).toBe(colorScheme === "dark");
      }
    });
  }

  it.each(["light", "dark"] as const)("is legible in %s", async (colorScheme) => {
    const page = await openPage(browser, { colorScheme });
    for (const path of [
      "",
      "start",
      "errors",
      "api/@agent-oauth/core/functions/cachingTokenSource",
    ]) {
      await page.goto(site + path);
      await page.locator("main h1").first().waitFor();
      const texts = await runInPage(page, { file: "contrasts.js", name: "contrasts" });
      const measured = texts as { text: string; ratio: number }[];
      expect(measured.length).toBeGreaterThan(50);
      expect(measured.filter(({ ratio }) => ratio < 4.5)).toEqual([]);
    }
  });

  it("leads from page to page on a narrow screen", async () => {
    const page = await openPage(browser, { viewport: { width: 390, height: 800 } });
    await page.goto(`${site}start`);
    await page.getByRole("button", { name: "Menu" }).click();
    await page.locator("#VPSidebarNav").getByRole("link", { name: "Errors" }).click();
    await page.getByRole("heading", { name: "ERR_TOKEN_CLOSED" }).waitFor();
  });

  it("lets the keyboard skip to the text", async () => {
    const page = await openPage(browser);
    await page.goto(`${site}errors`);
    await page.locator("main h1").waitFor();
    await page.keyboard.press("Tab");
    expect(await page.locator(":focus").textContent()).toMatch(/Skip to content/);
    await page.keyboard.press("Enter");
    expect(await page.evaluate("location.hash")).toBe("#VPContent");
  });
});

describe("the texts for machines", () => {
  it("have every page, and list those that are no reference", () => {
    const htmls = builtFiles("**/*.html").filter((file) => file !== "404.html");
    const texts = new Set(builtFiles("**/*.md"));
    const missing = htmls
      .map((file) => file.replace(/(?:\/index)?\.html$/, ".md"))
      .filter((file) => !texts.has(file));
    expect(missing).toEqual([]);
    const list = readBuilt("llms.txt");
    for (const page of ["start", "errors", "guides/sts"]) expect(list).toContain(`/${page}.md)`);
    expect(list).not.toContain("/api/");
  });

  it("have the guides and errors whole, and stay short", () => {
    const all = readBuilt("llms-full.txt");
    expect(all).toContain("ERR_TOKEN_NOT_READY");
    expect(all).toContain("createLobFlow");
    expect(all.length).toBeLessThan(400_000);
  });
});
