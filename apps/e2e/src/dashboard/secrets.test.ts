import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { partsOfJwt } from "../secret-traces.test-support.ts";
import { openDashboard, openPage, shown, startBrowser } from "./browser.test-support.ts";
import { openWatchedAgent } from "./watched-agent.test-support.ts";

const browser = await startBrowser();

/** All that the browser holds of the page, its fields and its storage too. */
const everything = async (page: Page) =>
  JSON.stringify([
    await page.content(),
    page.url(),
    await page.context().storageState(),
    await page.locator("input").evaluateAll((all) => all.map((it) => Object(it).value)),
  ]);

describe("the value of a token", () => {
  it("is in no answer and nowhere in the page, until it is revealed with the admin token", async () => {
    const { mock, client } = await openWatchedAgent({ recordSecrets: true });
    // Refused by the mock until the token is there.
    const page = await openPage(browser, { errors: /status of 401/ });
    const answers: Promise<string>[] = [];
    page.on("response", (response) => {
      // The stream does not end; what it holds are the records.
      if (!response.url().includes("/events")) answers.push(response.text());
    });
    await page.goto(mock.url);
    await page.locator(".connection.live").waitFor();
    const userToken = await mock.userToken({ sub: "alice" });
    await client.listMcpTools({ userToken });
    await shown(page, mock);
    await page.locator("tr.request.token").first().click();
    await page.getByRole("tab", { name: "subject token" }).click();
    await page.getByRole("list", { name: "Verdict" }).waitFor();
    const sentinels = partsOfJwt(userToken);
    const records = () => JSON.stringify(mock.recorder.requests);
    const seen = async () =>
      [...(await Promise.all(answers)), records(), await everything(page)].join();
    const traces = async () => {
      const text = await seen();
      return sentinels.filter((part) => text.includes(part));
    };
    expect(await traces()).toEqual([]);

    await page.getByRole("button", { name: "Reveal" }).click();
    const field = page.getByLabel("Admin token");
    await field.fill("wrong");
    await page.getByRole("button", { name: "Use it" }).click();
    await expect.poll(() => field.inputValue()).toBe("");
    expect(await traces()).toEqual([]);

    await field.fill(mock.adminToken);
    await page.getByRole("button", { name: "Use it" }).click();
    await page.locator("output", { hasText: userToken }).waitFor();
    expect(await everything(page)).not.toContain(mock.adminToken);

    await page.getByRole("button", { name: "Hide" }).click();
    await page.locator("output").waitFor({ state: "detached" });
    const text = await everything(page);
    expect(sentinels.filter((part) => text.includes(part))).toEqual([]);
    expect(page.url()).toBe(`${mock.url}/`);
  });

  it("cannot be revealed where values are not kept", async () => {
    const { mock, work } = await openWatchedAgent();
    const page = await openDashboard(browser, mock);
    await work("alice", 1);
    await shown(page, mock);
    await page.locator("tr.request.token").first().click();
    await page.getByText("values are kept with --record-secrets").waitFor();
    expect(await page.getByRole("button", { name: "Reveal" }).count()).toBe(0);
  });
});

describe("a mock that is bound to other than loopback", () => {
  it("shows nothing before the admin token is entered", async () => {
    const { mock, work } = await openWatchedAgent({ host: "0.0.0.0" });
    await work("alice", 1);
    const page = await openPage(browser, { errors: /status of 401/ });
    await page.goto(mock.url);
    const field = page.getByLabel("Admin token");
    await field.waitFor();
    expect(await page.locator("#app").textContent()).not.toContain("alice");
    await field.fill(mock.adminToken);
    await page.getByRole("button", { name: "Use it" }).click();
    await page.locator(".connection.live").waitFor();
    await expect.poll(() => page.locator("tr.request").count()).toBe(mock.recorder.count());
  });
});
