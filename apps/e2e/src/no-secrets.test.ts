import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { openAgent } from "./agent.test-support.ts";
import { base64Cores, partsOfJwt } from "./secret-traces.test-support.ts";

const PROGRAM = fileURLToPath(new URL("agent-program.ts", import.meta.url));
/** Base64 shifts text by its position: what does not depend on it is shorter than this by a few characters. */
const SENTINEL = "sentinel-within-a-claim-of-the-user-token";

describe("a process that shows all it has", () => {
  it("shows no user token, no access token and no key", { timeout: 30_000 }, async () => {
    const { mock, credentialsFile } = await openAgent();
    const good = await mock.userToken({ sub: "alice", claims: { SENTINEL } });
    const bad = await mock.userToken({
      sub: "bob",
      clientId: "another-client",
      claims: { SENTINEL },
    });
    const tokensFile = `${credentialsFile}.tokens`;
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ["--conditions=@agent-oauth/source", PROGRAM],
      {
        env: {
          CREDENTIALS_FILE: credentialsFile,
          CA: mock.ca,
          TOKENS_FILE: tokensFile,
          GOOD_USER_TOKEN: good,
          BAD_USER_TOKEN: bad,
          NODE_DEBUG: "undici",
        },
        maxBuffer: 64 * 1024 * 1024,
      },
    );
    const output = stdout + stderr;
    const accessTokens = JSON.parse(await readFile(tokensFile, "utf8")) as string[];
    expect(accessTokens).toHaveLength(3);

    // It did work, fail and tell: there was something to be searched.
    for (const word of [
      "request-start",
      "request-end",
      "hit",
      "invalid_grant",
      "ERR_TOKEN_CLOSED",
    ]) {
      expect(output).toContain(word);
    }
    expect(stderr).toContain("TokenError");
    expect(output).toContain("hello");

    const secrets = [...accessTokens, good, bad].flatMap(partsOfJwt);
    const { key } = mock.clientCertificate;
    secrets.push(...key.split("\n").filter((line) => line !== "" && !line.startsWith("-----")));
    secrets.push(SENTINEL, ...base64Cores(SENTINEL), "PRIVATE KEY");
    expect(secrets.length).toBeGreaterThan(15);
    expect(secrets.filter((secret) => output.includes(secret))).toEqual([]);
  });
});
