import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../walls/repository.ts";
import { openDashboard, runInPage, shown, startBrowser } from "./browser.test-support.ts";
import { isPictureWanted } from "./dashboard-environment.ts";
import { openWatchedAgent, type WatchedAgent } from "./watched-agent.test-support.ts";

const browser = await startBrowser();
/** The screen of a phone. */
const PHONE = { width: 390, height: 800 };

const phonePicture = join(root, "apps/mock-sts/docs/dashboard-phone.png");
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

  it("shows every cell of a request as a whole at 390 pixels", async () => {
    const agent = await openWatchedAgent();
    const page = await openDashboard(browser, agent.mock, { viewport: PHONE });
    await play(agent);
    await shown(page, agent.mock);
    expect(await page.locator("tr.request td").count()).toBeGreaterThan(60);
    const clipped = { file: "clipped.js", name: "clippedCells" };
    expect(await runInPage(page, clipped)).toEqual([]);
    for (const part of [".origin", ".clock .label", ".request .duration svg"]) {
      expect([part, await page.locator(part).first().isVisible()]).toEqual([part, true]);
    }
  });

  it("keeps its place in the list when it gets narrow, and wide again", async () => {
    const agent = await openWatchedAgent();
    const page = await openDashboard(browser, agent.mock);
    await agent.work("alice", 60);
    await shown(page, agent.mock);
    const list = page.locator("#timeline-rows");
    await list.evaluate((it) => it.scrollTo(0, 30 * 26));
    const first = agent.mock.recorder.count() - 30;
    const top = async () => {
      const [row, box] = await Promise.all([
        page.locator(`#request-${first}`).boundingBox(),
        list.boundingBox(),
      ]);
      return Math.round((row?.y ?? Number.NaN) - (box?.y ?? 0));
    };
    await expect.poll(top).toBe(28);
    await page.setViewportSize(PHONE);
    await expect.poll(top).toBe(0);
    await page.setViewportSize({ width: 1280, height: 800 });
    await expect.poll(top).toBe(28);
  });

  it("is what its documentation shows at 390 pixels", async () => {
    const agent = await openWatchedAgent();
    const page = await openDashboard(browser, agent.mock, { viewport: PHONE });
    await play(agent);
    await shown(page, agent.mock);
    await page.locator("header").click();
    if (isPictureWanted()) await page.screenshot({ path: phonePicture });
    expect(statSync(phonePicture).size).toBeLessThan(150_000);
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
