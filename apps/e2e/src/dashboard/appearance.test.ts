import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../walls/repository.ts";
import { openDashboard, runInPage, shown, startBrowser } from "./browser.test-support.ts";
import { isPictureWanted } from "./dashboard-environment.ts";
import { openWatchedAgent, type WatchedAgent } from "./watched-agent.test-support.ts";

const browser = await startBrowser();
const picture = join(root, "apps/mock-sts/docs/dashboard.png");

/** A run with something of everything. */
async function play({ mock, work }: WatchedAgent): Promise<void> {
  await work("alice", 12);
  await work("bob", 8);
  mock.controls.revoke({ subject: "alice" });
  mock.controls.failNext({ status: 503, retryAfterSeconds: 0 }, { route: "sts-token" });
  await work("alice", 4);
  mock.controls.addFault({
    match: { route: "sts-token", subject: "bob", times: 2 },
    effect: { kind: "status", status: 429, retryAfterSeconds: 2 },
  });
  mock.controls.clock.advance(600_000);
  await work("alice", 2);
}

describe("the page", () => {
  it.each(["light", "dark"] as const)("is legible in %s", async (colorScheme) => {
    const agent = await openWatchedAgent();
    const page = await openDashboard(browser, agent.mock, { colorScheme });
    await play(agent);
    await shown(page, agent.mock);
    await page.locator("tr.request.token").first().click();
    await page.getByRole("list", { name: "Verdict" }).waitFor();
    const background = await page.evaluate("getComputedStyle(document.body).backgroundColor");
    const [red = 0] = String(background).match(/\d+/g)?.map(Number) ?? [];
    expect(red < 128).toBe(colorScheme === "dark");
    const texts = await runInPage(page, { file: "contrasts.js", name: "contrasts" });
    const weak = (texts as { text: string; ratio: number }[]).filter(({ ratio }) => ratio < 4.5);
    expect(texts).toHaveProperty(
      "length",
      expect.toSatisfy((count: number) => count > 50),
    );
    expect(weak).toEqual([]);
  });

  it.each([1280, 800, 390])("fits a width of %i pixels", async (width) => {
    const agent = await openWatchedAgent();
    const viewport = { width, height: 800 };
    const page = await openDashboard(browser, agent.mock, { viewport });
    await play(agent);
    await shown(page, agent.mock);
    await page.locator("tr.request.token").first().click();
    await page.getByRole("list", { name: "Verdict" }).waitFor();
    const overflowing = await runInPage(page, { file: "overflow.js", name: "overflowing" });
    expect(overflowing).toEqual([]);
  });

  it("is what the README shows", async () => {
    const agent = await openWatchedAgent();
    const page = await openDashboard(browser, agent.mock);
    await play(agent);
    await agent.work("carol", 2);
    agent.mock.controls.revoke({ subject: "carol" });
    await agent.work("carol", 1);
    await shown(page, agent.mock);
    const refused = page.locator("tr.request.bad").first();
    expect(await refused.textContent()).toContain("invalid_token: token was revoked");
    await refused.click();
    await page.getByRole("list", { name: "Verdict" }).waitFor();
    await page.locator("header").click();
    if (isPictureWanted()) await page.screenshot({ path: picture });
    expect(statSync(picture).size).toBeLessThan(250_000);
  });
});
