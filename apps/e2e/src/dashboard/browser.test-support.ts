import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { MockSts } from "@agent-oauth/mock-sts";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, expect, onTestFinished } from "vitest";
import { chromiumPath } from "./dashboard-environment.ts";

/** Names that resolve to this machine, as an attacker's do who rebinds them. All others resolve to nothing. */
export const foreignHosts = { attacker: "attacker.example", rebound: "rebound.example" } as const;

const resolverRules = [
  ...Object.values(foreignHosts).map((host) => `MAP ${host} 127.0.0.1`),
  "MAP * ~NOTFOUND",
  "EXCLUDE localhost",
  "EXCLUDE 127.0.0.1",
].join(", ");

/** As root, without a screen, and without what a browser does by itself. */
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  `--host-resolver-rules=${resolverRules}`,
];

/** Starts Chromium for the tests of a file. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === undefined) throw new Error("There is no Chromium: install one");
  const browser = await chromium.launch({ executablePath, args: flags });
  afterAll(() => browser.close());
  return browser;
}

/** Errors a test expects to see in the browser's console. */
export interface Expected {
  readonly errors?: RegExp;
}

/** Opens a page that must neither complain nor ask anybody but this machine, until the test is over. */
export async function openPage(
  browser: Browser,
  { errors = /^$/, ...options }: Expected & BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({
    // The mock's authority is new at each start, and no browser knows it.
    ignoreHTTPSErrors: true,
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  context.setDefaultTimeout(20_000);
  const trouble: string[] = [];
  context.on("request", (request) => {
    const { hostname } = new URL(request.url());
    const known = ["localhost", "127.0.0.1", ...Object.values(foreignHosts)];
    if (!known.includes(hostname)) trouble.push(`asked ${request.url()}`);
  });
  context.on("console", (message) => {
    const text = message.text();
    if (["error", "warning"].includes(message.type()) && !errors.test(text)) trouble.push(text);
  });
  context.on("weberror", (error) => trouble.push(String(error.error())));
  onTestFinished(async () => {
    await context.close();
    expect(trouble).toEqual([]);
  });
  return context.newPage();
}

/** Opens the dashboard of a mock, and waits until it is heard. */
export async function openDashboard(
  browser: Browser,
  mock: Pick<MockSts, "url">,
  options: Expected & BrowserContextOptions = {},
): Promise<Page> {
  const page = await openPage(browser, options);
  await page.goto(mock.url);
  await page.locator(".connection.live").waitFor();
  return page;
}

/** Waits until the page has all requests that the mock has answered. */
export async function shown(page: Page, { recorder }: Pick<MockSts, "recorder">): Promise<void> {
  const rows = () => page.getByRole("grid").getAttribute("aria-rowcount");
  await expect.poll(rows).toBe(String(recorder.count() + 1));
}

/** Runs a function of a file in `in-page`, which the browser gets as it is, and returns what it returns. */
export async function runInPage(
  page: Page,
  { file, name, argument }: { file: string; name: string; argument?: unknown },
): Promise<unknown> {
  const source = readFileSync(join(import.meta.dirname, "in-page", file), "utf8");
  const body = source.replace(/^export /gm, "");
  return page.evaluate(`(() => { ${body}; return ${name}; })()(${JSON.stringify(argument) ?? ""})`);
}
