import { describe, expect, it } from "vitest";
import { openDashboard, shown, startBrowser } from "./browser.test-support.ts";
import { actorName, openWatchedAgent } from "./watched-agent.test-support.ts";

const browser = await startBrowser();

describe("the inspector", () => {
  it("shows header, claims, act chain and verdict of the token that was issued", async () => {
    const { mock, work } = await openWatchedAgent();
    const page = await openDashboard(browser, mock);
    await work("alice", 2);
    await shown(page, mock);
    await page.locator("tr.request.token").first().click();
    const panel = page.getByRole("tabpanel");
    const issued = mock.recorder.requests.findLast((it) => it.issued)?.issued;
    for (const claim of ["sub", "aud", "jti", "iss"]) {
      await panel.getByRole("row", { name: `${claim} ${issued?.claims?.[claim]}` }).waitFor();
    }
    await panel.getByRole("row", { name: `kid ${issued?.header?.kid}` }).waitFor();
    const chain = page.getByRole("list", { name: "Act chain" }).getByRole("listitem");
    expect(await chain.allTextContents()).toEqual(["alice subject", `${actorName} acts now`]);
    const verdict = page.getByRole("list", { name: "Verdict" }).getByRole("listitem");
    expect(await verdict.allTextContents()).toEqual([
      expect.stringMatching(/^expires in (59 min|1 h)/),
      "signature good",
      "not revoked",
      "came with its certificate",
    ]);
    await panel.getByRole("button", { name: /sent [1-9]\d* times/ }).waitFor();
  });

  it("shows each token of an exchange, by mouse and by arrow keys", async () => {
    const { mock, work } = await openWatchedAgent();
    const page = await openDashboard(browser, mock);
    await work("alice", 1);
    await shown(page, mock);
    await page.locator("tr.request.token").first().click();
    await page.getByRole("tab", { name: "subject token" }).click();
    await page.getByRole("row", { name: "sub alice" }).waitFor();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("row", { name: `sub ${actorName}` }).waitFor();
    await page.locator("[role=tab]:focus", { hasText: "actor token" }).waitFor();
  });

  it("judges what is not signed by the mock", async () => {
    const { mock } = await openWatchedAgent();
    const page = await openDashboard(browser, mock);
    const [header, payload] = (await mock.userToken({ sub: "mallory" })).split(".");
    const forged = `${header}.${payload}.${Buffer.alloc(64, 7).toString("base64url")}`;
    const [server] = mock.mcpServers;
    await page.request.post(server?.url ?? "", { headers: { authorization: `Bearer ${forged}` } });
    await page.locator("tr.request", { hasText: "mallory" }).click();
    const verdict = page.getByRole("list", { name: "Verdict" });
    await verdict.getByText("signature bad").waitFor();
    await verdict.getByText("not issued by the mock").waitFor();
  });

  it("shows as text whatever a token or a request says", async () => {
    const { mock } = await openWatchedAgent();
    const page = await openDashboard(browser, mock);
    const markup = `<img src=x onerror="document.title='hit'"><script>document.title='hit'</script>`;
    const token = await mock.userToken({
      sub: markup,
      claims: { [markup]: markup, act: { sub: markup }, exp: 9e15, iat: "<b>" },
    });
    const [server] = mock.mcpServers;
    const headers = { authorization: `Bearer ${token}`, "user-agent": markup };
    await page.request.post(server?.url ?? "", {
      headers,
      data: { jsonrpc: "2.0", id: 1, method: markup, params: { name: markup } },
    });
    await page.request.post(mock.sts.tokenEndpoint, {
      form: { grant_type: markup, client_id: markup, subject_token: token, audience: markup },
    });
    await expect.poll(() => page.locator("tr.request").count()).toBe(2);
    for (const row of [0, 1]) {
      await page.locator("tr.request").nth(row).click();
      await page.getByRole("tabpanel").waitFor();
      await page.getByRole("list", { name: "Verdict" }).waitFor();
      expect(await page.locator("#app :is(img, script, b)").count()).toBe(0);
    }
    expect(await page.locator("#app").textContent()).toContain(markup);
    expect(await page.title()).toBe("mock-sts");
  });

  it("says so when the mock has forgotten the request", async () => {
    const { mock, work } = await openWatchedAgent();
    const page = await openDashboard(browser, mock);
    await work("alice", 1);
    await shown(page, mock);
    await page.locator("tr.request.token").first().click();
    await page.getByRole("button", { name: "Clear log" }).click();
    await page.getByText("The log no longer holds it").waitFor();
  });
});
