import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { openDashboard, runInPage, shown, startBrowser } from "./browser.test-support.ts";
import { openWatchedAgent } from "./watched-agent.test-support.ts";

const browser = await startBrowser();

/** Presses Tab until the focus is where a selector says; fails if it comes round without. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let press = 0; press < 60; press++) {
    await page.keyboard.press("Tab");
    if ((await page.locator(`${selector}:focus`).count()) === 1) return;
  }
  throw new Error(`The Tab key does not lead to ${selector}`);
}

/** The row that is selected, once the page has been drawn again. */
const expectSelected = (page: Page) =>
  expect.poll(() => page.locator("[aria-selected=true].request").getAttribute("id"));

/** Takes a picture of the ring around what has the focus, and of the room around it. */
async function pictureOfRing(page: Page) {
  const ring = (await runInPage(page, { file: "focus-ring.js", name: "focusRing" })) as {
    readonly name: string;
    readonly hasOutline: boolean;
    readonly color: string;
    readonly box: Readonly<Record<"x" | "y" | "width" | "height", number>>;
  };
  const room = 4;
  const [x, y] = [Math.round(ring.box.x), Math.round(ring.box.y)];
  const box = { x, y, width: Math.round(ring.box.width), height: Math.round(ring.box.height) };
  const clip = {
    x: Math.max(0, x - room),
    y: Math.max(0, y - room),
    width: box.width + 2 * room,
    height: box.height + 2 * room,
  };
  const picture = await page.screenshot({ clip });
  return { ...ring, box, room, picture: picture.toString("base64") };
}

describe("by keyboard alone", () => {
  it("the timeline is walked, a request inspected, and the inspector left again", async () => {
    const { mock, work } = await openWatchedAgent();
    const page = await openDashboard(browser, mock);
    await work("alice", 30);
    const count = mock.recorder.count();
    await shown(page, mock);

    await tabTo(page, "table[role=grid]");
    await page.keyboard.press("ArrowDown");
    await expectSelected(page).toBe(`request-${count}`);
    await page.keyboard.press("ArrowDown");
    await expectSelected(page).toBe(`request-${count - 1}`);
    expect(await page.getByRole("grid").getAttribute("aria-activedescendant")).toBe(
      `request-${count - 1}`,
    );
    await page.keyboard.press("End");
    await expectSelected(page).toBe("request-1");
    // It is in view, though the inspector takes half of the room.
    await page.locator("#request-1").waitFor();
    const bottom = async (selector: string) => {
      const { y = 0, height = 0 } = (await page.locator(selector).boundingBox()) ?? {};
      return y + height;
    };
    const isInView = async () =>
      (await bottom("#request-1")) <= (await bottom("#timeline-rows")) + 1;
    await expect.poll(isInView).toBe(true);
    await page.keyboard.press("Home");
    await expectSelected(page).toBe(`request-${count}`);
    await page.keyboard.press("PageDown");
    await expectSelected(page).not.toBe(`request-${count}`);

    await page.keyboard.press("Enter");
    await page.locator("#inspector:focus").waitFor();
    await page.keyboard.press("Escape");
    await page.locator("#inspector").waitFor({ state: "detached" });
    await page.locator("table[role=grid]:focus").waitFor();
  });

  it("a fault is set, the clock moved, and a user's tokens revoked", async () => {
    const { mock, work } = await openWatchedAgent();
    const page = await openDashboard(browser, mock);
    await work("alice", 1);
    await tabTo(page, "input[name=span]");
    await page.keyboard.type("5 min");
    await page.keyboard.press("Enter");
    await expect.poll(() => mock.controls.clock.offsetMs).toBeGreaterThanOrEqual(300_000);
    await tabTo(page, "select[name=place]");
    await page.keyboard.type("MCP");
    await tabTo(page, ".fault-form button");
    await page.keyboard.press("Enter");
    await expect
      .poll(() => mock.controls.listFaults())
      .toMatchObject([{ match: { route: "mcp" } }]);
    await tabTo(page, "input[name=subject][required]");
    await page.keyboard.type("alice");
    await page.keyboard.press("Enter");
    await page.locator("header .notice", { hasText: "of alice revoked" }).waitFor();
  });

  it.each([1280, 800, 390])("the ring around the focus is whole at %i pixels", async (width) => {
    const { mock, work } = await openWatchedAgent();
    // Low, so that the focus goes to what is not in view.
    const page = await openDashboard(browser, mock, { viewport: { width, height: 560 } });
    await work("alice", 1);
    await shown(page, mock);
    await page.locator("tr.request.token").first().click();
    await page.getByRole("list", { name: "Verdict" }).waitFor();
    await page.locator("header").click();
    const cut: unknown[] = [];
    const stops = new Set<string>();
    for (let press = 0; press < 50; press++) {
      await page.keyboard.press("Tab");
      const { name, ...ring } = await pictureOfRing(page);
      if (name.startsWith("BODY")) break;
      stops.add(name);
      const gaps = await runInPage(page, { file: "focus-ring.js", name: "gapsOf", argument: ring });
      if (!ring.hasOutline || String(gaps) !== "") cut.push([name, gaps]);
    }
    expect(cut).toEqual([]);
    expect(stops.size).toBeGreaterThan(20);
  });

  it("walks rows that are as high as those of a narrow page", async () => {
    const { mock, work } = await openWatchedAgent();
    const page = await openDashboard(browser, mock, { viewport: { width: 390, height: 800 } });
    await work("alice", 30);
    await shown(page, mock);
    await tabTo(page, "table[role=grid]");
    await page.keyboard.press("End");
    await expectSelected(page).toBe("request-1");
    const isInList = () =>
      page.locator("#request-1").evaluate((row) => {
        const list = row.closest(".rows")?.getBoundingClientRect();
        const { top, bottom } = row.getBoundingClientRect();
        return list !== undefined && top >= list.top - 1 && bottom <= list.bottom + 1;
      });
    await expect.poll(isInList).toBe(true);
  });

  it("every field and button has a name", async () => {
    const { mock, work } = await openWatchedAgent();
    const page = await openDashboard(browser, mock);
    await work("alice", 1);
    await shown(page, mock);
    await page.locator("tr.request.token").first().click();
    await page.getByRole("list", { name: "Verdict" }).waitFor();
    const snapshot = await page.locator("body").ariaSnapshot();
    const nameless = snapshot
      .split("\n")
      .filter((line) => /^\s*- (button|textbox|combobox|searchbox|tab|grid)(:|$| \[)/.test(line));
    expect(nameless).toEqual([]);
    expect(snapshot).toMatch(/- button "Set fault"/);
  });
});
