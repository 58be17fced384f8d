import type { MockSts } from "@agent-oauth/mock-sts";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { openDashboard, shown, startBrowser } from "./browser.test-support.ts";
import { openWatchedAgent } from "./watched-agent.test-support.ts";

const browser = await startBrowser();

/** Waits until the page says what came of a command. */
const notice = (page: Page, text: string | RegExp) =>
  page.locator("header .notice", { hasText: text }).waitFor();

/** Selects the newest request of a kind once the page has all, and returns the verdict on its token. */
async function inspectNewest(page: Page, mock: MockSts, kind: "token" | "tool") {
  await shown(page, mock);
  await page.locator(`tr.request.${kind}`).first().click();
  return page.getByRole("list", { name: "Verdict" });
}

describe("a fault set in the page", () => {
  it("hits the next request that it is for, and is gone then", async () => {
    const { mock, work } = await openWatchedAgent();
    const page = await openDashboard(browser, mock);
    await page.getByRole("combobox", { name: "Do" }).selectOption("status");
    await page.getByRole("textbox", { name: "Status" }).fill("403");
    await page
      .getByRole("combobox", { name: "To", exact: true })
      .selectOption("the token exchange");
    await page.getByLabel("Of user").fill("alice");
    await page.getByRole("button", { name: "Set fault" }).click();
    await page.locator(".faults", { hasText: "Respond with 403" }).waitFor();
    expect(mock.controls.listFaults()).toMatchObject([
      {
        match: { route: "sts-token", subject: "alice", times: 1 },
        effect: { kind: "status", status: 403 },
      },
    ]);

    await work("bob", 1);
    expect(mock.recorder.count({ route: "sts-token", status: 403 })).toBe(0);
    await work("alice", 1);

    const hit = page.locator("tr.request.token.bad");
    await hit.waitFor();
    expect(await hit.textContent()).toMatch(/alice.*403.*fault: status/s);
    expect(mock.recorder.count({ route: "sts-token", status: 403, subject: "alice" })).toBe(1);
    await expect.poll(() => page.locator(".faults li").count()).toBe(0);
    await expect.poll(() => page.locator(".summary .warn dd").textContent()).toBe("1");
  });

  it("has the fields of its kind, and can be taken back", async () => {
    const { mock } = await openWatchedAgent();
    const page = await openDashboard(browser, mock);
    await page.getByRole("combobox", { name: "Do" }).selectOption("odd-expires-in");
    await page.getByLabel("As JSON").fill("null");
    await page.getByLabel("Times").selectOption("unlimited");
    await page.getByRole("button", { name: "Set fault" }).click();
    await page.getByRole("combobox", { name: "Do" }).selectOption("delay");
    await page.getByLabel("Delay (ms)").fill("250");
    await page.getByRole("button", { name: "Set fault" }).click();
    await expect.poll(() => page.locator(".faults li").count()).toBe(2);
    expect(mock.controls.listFaults().map(({ effect }) => effect)).toEqual([
      { kind: "odd-expires-in", value: null },
      { kind: "delay", delayMs: 250 },
    ]);
    await page.getByRole("button", { name: "Take back fault 1" }).click();
    await expect.poll(() => mock.controls.listFaults().map(({ id }) => id)).toEqual([2]);
    await expect.poll(() => page.locator(".faults li").count()).toBe(1);
  });

  it("is refused with the reason if it is wrong", async () => {
    const { mock } = await openWatchedAgent();
    const page = await openDashboard(browser, mock, { errors: /status of 400/ });
    await page.getByRole("textbox", { name: "Status" }).fill("99");
    await page.getByRole("button", { name: "Set fault" }).click();
    await notice(page, "status");
    expect(await page.locator("header .notice.bad").count()).toBe(1);
    expect(mock.controls.listFaults()).toEqual([]);
  });
});

describe("the clock", () => {
  it("moved in the page expires a token, and the agent gets another", async () => {
    const { mock, work } = await openWatchedAgent();
    const page = await openDashboard(browser, mock);
    await work("alice", 2);
    const verdict = await inspectNewest(page, mock, "tool");
    await verdict.getByText(/expires in 59 min \d+ s|expires in 1 h/).waitFor();
    const before = mock.recorder.count({ route: "sts-token" });

    await page.getByRole("button", { name: "+1 h" }).click();

    await verdict.getByText(/expired \d+ (s|min)/).waitFor();
    await page.locator("header", { hasText: "1 h ahead" }).waitFor();
    await work("alice", 2);
    // The servers refuse what has expired: one more exchange for each audience.
    expect(mock.recorder.count({ route: "mcp", status: 401 })).toBeGreaterThan(0);
    expect(mock.recorder.count({ route: "sts-token" })).toBe(before + 2);
  });

  it("stands still and counts nothing down, until it is let go", async () => {
    const { mock, work } = await openWatchedAgent();
    const page = await openDashboard(browser, mock);
    await work("alice", 1);
    await page.getByRole("button", { name: "Freeze" }).click();
    await page.locator("header", { hasText: "frozen" }).waitFor();
    expect(mock.controls.clock.frozen).toBe(true);
    await page.getByLabel("Span of time").fill("90s");
    await page.getByRole("button", { name: "Advance", exact: true }).click();
    await notice(page, "moved by 1 min 30 s");
    const verdict = await inspectNewest(page, mock, "token");
    await verdict.getByText(/expires in 58 min/).waitFor();
    await page.getByRole("button", { name: "Back to real time" }).click();
    await notice(page, "machine’s time");
    expect(mock.controls.clock.frozen).toBe(false);
    expect(mock.controls.clock.offsetMs).toBe(0);
  });

  it("goes just past the end of the token that is inspected", async () => {
    const { mock, work } = await openWatchedAgent();
    const page = await openDashboard(browser, mock);
    await work("alice", 1);
    const verdict = await inspectNewest(page, mock, "token");
    await page.getByRole("button", { name: "Expire" }).click();
    await verdict.getByText(/expired \d s ago/).waitFor();
  });
});

describe("tokens and keys", () => {
  it("are revoked by user: the page shows it, and the agent gets new ones for this user only", async () => {
    const { mock, work } = await openWatchedAgent();
    const page = await openDashboard(browser, mock);
    await work("bob", 2);
    await work("alice", 2);
    const verdict = await inspectNewest(page, mock, "tool");
    await verdict.getByText("not revoked").waitFor();
    await page.getByRole("combobox", { name: "Tokens of" }).fill("alice");
    const panel = page.getByRole("region", { name: "Tokens and keys" });
    await panel.getByRole("button", { name: "Revoke", exact: true }).click();
    await notice(page, "2 tokens of alice revoked");
    await verdict.getByText("revoked", { exact: true }).waitFor();
    await work("alice", 2);
    await work("bob", 2);
    expect(mock.recorder.count({ route: "sts-token", subject: "alice" })).toBe(4);
    expect(mock.recorder.count({ route: "sts-token", subject: "bob" })).toBe(2);
  });

  it("are revoked one by one", async () => {
    const { mock, work } = await openWatchedAgent();
    const page = await openDashboard(browser, mock);
    await work("alice", 2);
    const verdict = await inspectNewest(page, mock, "token");
    await page.getByRole("tabpanel").getByRole("button", { name: "Revoke" }).click();
    await verdict.getByText("revoked", { exact: true }).waitFor();
    await work("alice", 2);
    expect(mock.recorder.count({ route: "sts-token" })).toBe(3);
  });

  it("rotate: new tokens name a new key, those of the old one stay good", async () => {
    const { mock, work } = await openWatchedAgent();
    const page = await openDashboard(browser, mock);
    await work("alice", 1);
    await page.getByRole("button", { name: "Rotate keys" }).click();
    await notice(page, "a new signing key");
    await work("bob", 1);
    const issued = mock.recorder.requests.flatMap((it) => it.issued ?? []);
    expect(new Set(issued.map(({ header }) => header?.kid)).size).toBe(2);
    const oldest = issued[0]?.header?.kid ?? "none";
    await shown(page, mock);
    await page.getByLabel("Filter the timeline").fill("alice exchange");
    await page.locator("tr.request.token").first().click();
    const verdict = page.getByRole("list", { name: "Verdict" });
    await verdict.getByText("signature good").waitFor();
    await page.getByRole("cell", { name: oldest, exact: true }).waitFor();
  });

  it("live as long as the page says from then on", async () => {
    const { mock, work } = await openWatchedAgent();
    const page = await openDashboard(browser, mock);
    await page.getByLabel("Lifetime").fill("600");
    await page.getByRole("button", { name: "Set", exact: true }).click();
    await notice(page, "600 seconds");
    await work("alice", 1);
    const verdict = await inspectNewest(page, mock, "token");
    await verdict.getByText(/expires in (9 min|10 min)/).waitFor();
  });
});

describe("scenarios and the reset", () => {
  it("set faults and settings, and take all back", async () => {
    const { mock } = await openWatchedAgent();
    const page = await openDashboard(browser, mock);
    await page.getByRole("combobox", { name: "Scenario" }).selectOption("overloaded");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.locator(".faults li").first().waitFor();
    expect(mock.controls.scenario).toBe("overloaded");
    await page.getByRole("button", { name: "+1 d" }).click();
    await page.locator("header", { hasText: "1 d ahead" }).waitFor();
    await page.getByRole("button", { name: "Reset the mock" }).click();
    await expect.poll(() => page.locator(".faults li").count()).toBe(0);
    await expect.poll(() => page.locator("header").textContent()).not.toContain("ahead");
    expect(mock.controls.listFaults()).toEqual([]);
    expect(mock.controls.clock.offsetMs).toBe(0);
  });
});
