import { startMockSts } from "@agent-oauth/mock-sts";
import { describe, expect, it, onTestFinished } from "vitest";
import { openDashboard, shown, startBrowser } from "./browser.test-support.ts";
import { actorName, openWatchedAgent } from "./watched-agent.test-support.ts";

const browser = await startBrowser();

describe("the timeline", () => {
  it("shows the run of an agent live: who, for which audience, outcome, duration", async () => {
    const { mock, work } = await openWatchedAgent();
    const page = await openDashboard(browser, mock);
    await page.getByText("No request yet").waitFor();

    await work("alice", 6);
    await work("bob", 2);

    const rows = page.locator("tr.request");
    await expect.poll(() => rows.count()).toBe(mock.recorder.count());
    const cells = await rows.evaluateAll((all) =>
      all.map((row) => [...row.children].map(({ textContent }) => textContent?.trim() ?? "")),
    );
    const exchanges = cells.filter(([, what]) => what?.startsWith("token"));
    const described = exchanges.map(([, what, who, audience]) => [what, who, audience]);
    // The two exchanges of a user are sent at once: either may come first.
    const ofUser = (name: string) =>
      ["payroll", "tickets"].map((audience) => [
        "tokentoken exchange",
        expect.stringContaining(name),
        audience,
      ]);
    const byAudience = (rows: typeof described) =>
      rows.toSorted(([, , one = ""], [, , other = ""]) => one.localeCompare(other));
    expect(byAudience(described.slice(0, 2))).toEqual(ofUser("bob"));
    expect(byAudience(described.slice(2))).toEqual(ofUser("alice"));
    for (const [, , who, , outcome, took] of exchanges) {
      expect(who).toContain(`by ${actorName}`);
      expect(outcome).toBe("200");
      expect(took).toMatch(/^[\d.]+ m?s$/);
    }
    const tools = cells.filter(([, what]) => what?.startsWith("tool"));
    expect(tools).toHaveLength(8);
  });

  it("says how many token requests a tool call costs", async () => {
    const { mock, work } = await openWatchedAgent();
    const page = await openDashboard(browser, mock);
    await work("alice", 8);
    const effect = page.locator(".cache-effect");
    await expect.poll(() => effect.textContent()).toMatch(/2 token requests, 8 tool\s+calls/);
    expect(await effect.locator("strong").textContent()).toBe("0.25");
    await work("alice", 8);
    await expect.poll(() => effect.locator("strong").textContent()).toBe("0.13");
    await work("alice", 8);
    await expect.poll(() => effect.locator("strong").textContent()).toBe("1 request per 12 calls");
  });

  it("draws only the rows that are seen, of as many as there are, and keeps its place", async () => {
    const mock = await startMockSts();
    onTestFinished(() => mock.close());
    const page = await openDashboard(browser, mock);
    const ask = (count: number) =>
      page.evaluate(async (times) => {
        await Promise.all(Array.from({ length: times }, () => fetch("/oauth2/certs")));
      }, count);
    await ask(600);
    const grid = page.getByRole("grid");
    await expect.poll(() => grid.getAttribute("aria-rowcount")).toBe("601");
    const rows = page.locator("tr.request");
    expect(await rows.count()).toBeLessThan(60);
    expect(await rows.first().getAttribute("id")).toBe("request-600");

    await page.locator("#timeline-rows").evaluate((list) => list.scrollTo(0, 300 * 26));
    await page.locator("#request-300").waitFor();
    const top = () => page.locator("#request-295").evaluate((it) => it.getBoundingClientRect().top);
    const before = await top();
    await ask(10);
    await expect.poll(() => grid.getAttribute("aria-rowcount")).toBe("611");
    expect(await top()).toBe(before);

    await page.locator("#timeline-rows").evaluate((list) => list.scrollTo(0, list.scrollHeight));
    await page.locator("#request-1").waitFor();
    expect(await rows.count()).toBeLessThan(60);
  });

  it("can be filtered by kind and by words", async () => {
    const { mock, work } = await openWatchedAgent();
    const page = await openDashboard(browser, mock);
    await work("alice", 2);
    await work("bob", 2);
    const rows = page.locator("tr.request");
    await expect.poll(() => rows.count()).toBe(mock.recorder.count());
    await page.getByRole("button", { name: "Token requests" }).click();
    await expect.poll(() => rows.count()).toBe(4);
    await page.getByLabel("Filter the timeline").fill("BOB tickets");
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByText(`1 of ${mock.recorder.count()} shown`).waitFor();
  });

  it("says that the filter hides all, and shows them again", async () => {
    const { mock, work } = await openWatchedAgent();
    const page = await openDashboard(browser, mock);
    await work("alice", 2);
    await shown(page, mock);
    const count = mock.recorder.count();
    await page.getByRole("button", { name: "Token requests" }).click();
    await page.getByLabel("Filter the timeline").fill("nobody");
    await page
      .getByText(`No request matches the filter. It hides all ${count} requests.`)
      .waitFor();
    expect(await page.getByRole("grid").count()).toBe(0);
    await page.getByRole("button", { name: "Show all requests" }).click();
    await shown(page, mock);
    expect(await page.getByLabel("Filter the timeline").inputValue()).toBe("");
    expect(await page.getByText("No request matches").count()).toBe(0);
  });

  it("gives the next commands while it is empty, and copies them", async () => {
    const mock = await startMockSts();
    onTestFinished(() => mock.close());
    const permissions = ["clipboard-read", "clipboard-write"];
    const page = await openDashboard(browser, mock, { permissions });
    const copied: unknown[] = [];
    for (const button of await page.getByRole("button", { name: "Copy the command" }).all()) {
      await button.click();
      await page.locator("header .notice", { hasText: "The command is copied" }).waitFor();
      copied.push(await page.evaluate("navigator.clipboard.readText()"));
    }
    const metadata = `${mock.url}/.well-known/oauth-authorization-server/sts`;
    expect(copied).toEqual([
      `curl --insecure ${metadata}`,
      'eval "$(npx @agent-oauth/mock-sts --print-env ./bindings)"',
    ]);
    await page.evaluate((url) => fetch(url), metadata);
    await page.locator("#request-1.good").waitFor();
    expect(await page.getByRole("button", { name: "Copy the command" }).count()).toBe(0);
  });

  it("empties when anybody clears the log", async () => {
    const { mock, work } = await openWatchedAgent();
    const page = await openDashboard(browser, mock);
    await work("alice", 1);
    await expect.poll(() => page.locator("tr.request").count()).toBe(mock.recorder.count());
    await page.evaluate(() => fetch("/__mock/requests", { method: "DELETE" }));
    await page.getByText("No request yet").waitFor();
    expect(mock.recorder.count()).toBe(0);
  });
});

describe("the connection", () => {
  it("is taken up again when the mock is back, which is another one then", async () => {
    const first = await startMockSts();
    const port = Number(new URL(first.url).port);
    // What the browser says of a server that is gone, and of one that is about to begin.
    const errors = /net::ERR_|status of 503/;
    const page = await openDashboard(browser, first, { errors });
    await page.evaluate(() => fetch("/oauth2/certs"));
    await page.locator("#request-1").waitFor();
    await first.close();
    await page.locator(".connection.lost").waitFor();
    const second = await startMockSts({ port });
    onTestFinished(() => second.close());
    await page.locator(".connection.live").waitFor();
    await page.getByText("No request yet").waitFor();
    await page.evaluate(() => fetch("/oauth2/certs"));
    await page.locator("#request-1").waitFor();
  });

  it("costs nothing while nothing happens", async () => {
    const mock = await startMockSts();
    onTestFinished(() => mock.close());
    const page = await openDashboard(browser, mock);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    const time = page.locator("header time");
    const start = await time.textContent();
    // Its clock goes on for two seconds, and nobody is asked for that.
    await expect.poll(() => time.textContent()).not.toBe(start);
    const next = await time.textContent();
    await expect.poll(() => time.textContent()).not.toBe(next);
    expect(asked).toEqual([]);
  });
});
