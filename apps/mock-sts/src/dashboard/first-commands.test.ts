import { describe, expect, it } from "vitest";
import { copyText } from "../../ui/copy-text.js";
import { firstCommands } from "../../ui/first-commands.js";
import { parseCommand } from "../cli/cli-arguments.ts";
import { startMockSts } from "../mock-sts.ts";

/** Reads the state as the page does. */
async function commandsOf(url: string) {
  const state = await (await fetch(`${url}/__mock/state`)).json();
  return firstCommands(state as Parameters<typeof firstCommands>[0]);
}

describe("firstCommands", () => {
  it("begin with a request that the mock responds to", async () => {
    await using mock = await startMockSts({ insecureHttp: true });
    const [first] = await commandsOf(mock.url);
    const [program = "", ...args] = first?.command.split(" ") ?? [];
    expect([program, args.length]).toEqual(["curl", 1]);
    const response = await fetch(args[0] ?? "");
    expect(await response.json()).toMatchObject({ token_endpoint: mock.sts.tokenEndpoint });
    expect(mock.recorder.requests).toMatchObject([{ status: 200 }]);
  });

  it("do not verify the certificate, which no program knows", () => {
    const issuers = [
      { issuer: "https://localhost:1/sts", tokenEndpoint: "", kind: "token-exchange" as const },
    ];
    expect(firstCommands({ url: "https://localhost:1", issuers })[0]?.command).toBe(
      "curl --insecure https://localhost:1/.well-known/oauth-authorization-server/sts",
    );
  });

  it("end with a command line that mock-sts takes", () => {
    const [, second] = firstCommands({ url: "https://localhost:1", issuers: [] });
    const [, line = ""] =
      /^eval "\$\(npx @agent-oauth\/mock-sts (.*)\)"$/.exec(second?.command ?? "") ?? [];
    expect(parseCommand(line.split(" "))).toMatchObject({
      kind: "print-env",
      folder: "./bindings",
    });
    expect(second?.title).toContain("--write-binding ./bindings");
  });
});

describe("copyText", () => {
  const clipboard = (writeText: (text: string) => Promise<void>) => ({ clipboard: { writeText } });

  it("puts the text into the clipboard", async () => {
    const copied: string[] = [];
    await copyText(
      "a",
      clipboard(async (text) => void copied.push(text)),
    );
    expect(copied).toEqual(["a"]);
  });

  it.each([
    ["has none", {}],
    ["is refused", clipboard(() => Promise.reject(new Error("NotAllowedError")))],
  ])("says what to do where the clipboard %s", async (_, browser) => {
    await expect(copyText("a", browser)).rejects.toThrow("select the command and copy it");
  });
});
