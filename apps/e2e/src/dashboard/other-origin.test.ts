import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type MockSts, startMockSts } from "@agent-oauth/mock-sts";
import type { Page } from "playwright-core";
import { describe, expect, it, onTestFinished } from "vitest";
import { foreignHosts, openPage, runInPage, startBrowser } from "./browser.test-support.ts";

const browser = await startBrowser();

/** The page of an attacker may complain of anything. */
const errors = /./;

/** A mock with something to read and something to spoil. */
async function startTarget(): Promise<MockSts> {
  const mock = await startMockSts();
  onTestFinished(() => mock.close());
  mock.controls.addFault({ effect: { kind: "html" }, match: { route: "token", nth: 99 } });
  return mock;
}

/** All that a page could have changed. */
const stateOf = ({ controls, recorder }: MockSts) => ({
  faults: controls.listFaults(),
  settings: controls.readSettings(),
  // A browser asks by itself for an icon.
  log: recorder.requests.filter(({ path }) => path !== "/favicon.ico").length,
  offsetMs: controls.clock.offsetMs,
  frozen: controls.clock.frozen,
});

/** Serves an empty page on a port of its own. */
async function startOrigin(host: string): Promise<string> {
  const server = createServer((_, answer) => {
    answer.setHeader("Content-Type", "text/html").end("<!doctype html><title>other</title>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://${host}:${(server.address() as AddressInfo).port}/`;
}

/** Has a page try to change everything, and returns the statuses that the mock answered with. */
async function attack(page: Page, url: string): Promise<readonly number[]> {
  const statuses: number[] = [];
  let forms = 0;
  page.on("response", (response) => {
    if (!response.url().includes("/__mock")) return;
    statuses.push(response.status());
    if (response.request().isNavigationRequest()) forms++;
  });
  await runInPage(page, { file: "attack.js", name: "attack", argument: url });
  await expect.poll(() => forms).toBe(9);
  return statuses;
}

describe("a page from another origin", () => {
  it.each([
    ["another port of localhost", "localhost"],
    ["another address of this machine", "127.0.0.1"],
    ["another site", foreignHosts.attacker],
  ])("on %s can neither read nor change anything", async (_, host) => {
    const mock = await startTarget();
    const page = await openPage(browser, { errors });
    await page.goto(await startOrigin(host));
    const got = await runInPage(page, {
      file: "readings.js",
      name: "readEverything",
      argument: mock.url,
    });
    // The token server itself is open to any: asking it for `/` is in the log now.
    const before = stateOf(mock);
    const statuses = await attack(page, mock.url);

    expect(before.log).toBe(1);
    expect(new Set(Object.values(Object(got)))).toEqual(new Set(["refused"]));
    expect(stateOf(mock)).toEqual(before);
    expect(new Set(statuses)).toEqual(new Set([403]));
  });

  it("that is made to resolve to this machine gets nothing either", async () => {
    const mock = await startTarget();
    const rebound = mock.url.replace("localhost", foreignHosts.rebound);
    const page = await openPage(browser, { errors });
    // What the token server itself serves has no guard, so this page is of the origin it attacks.
    await page.goto(`${rebound}/oauth2/certs`);
    const before = stateOf(mock);

    const read = await page.evaluate(() =>
      fetch("/__mock/state").then(async (it) => [it.status, Object(await it.json()).error]),
    );
    expect(read).toEqual([421, "misdirected_request"]);
    expect(new Set(await attack(page, rebound))).toEqual(new Set([421]));
    await page.goto(rebound, { waitUntil: "commit" });
    expect(await page.content()).toContain("misdirected_request");
    expect(stateOf(mock)).toEqual(before);
  });

  it("can neither frame the dashboard nor hold its window", async () => {
    const mock = await startTarget();
    const page = await openPage(browser, { errors });
    await page.goto(await startOrigin("localhost"));
    await runInPage(page, { file: "frame.js", name: "frame", argument: mock.url });
    for (const frame of page.frames().slice(1)) {
      expect(await frame.locator("#app").count()).toBe(0);
    }
    const popup = page.waitForEvent("popup");
    await page.evaluate(`void window.open(${JSON.stringify(mock.url)})`);
    const opened = await popup;
    await opened.waitForLoadState();
    expect(await opened.locator("#app").count()).toBe(0);
    expect(await opened.content()).toContain("foreign_origin");
  });
});
