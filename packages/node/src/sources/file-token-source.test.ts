import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { createAccessToken } from "@agent-oauth/core";
import { createFakeClock, tokenSourceContract } from "@agent-oauth/core/testing";
import { projectFiles, temporaryDirectory } from "@agent-oauth/test-support/temporary-directory";
import { unsignedJwt } from "@agent-oauth/test-support/unsigned-jwt";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { environmentTokenSource } from "./environment-token-source.ts";
import { fileTokenSource } from "./file-token-source.ts";

const SENTINEL = "s3cr3t-sentinel";

function sourceOf(text?: string) {
  const path = join(temporaryDirectory(), "token");
  if (text !== undefined) writeFileSync(path, text);
  const clock = createFakeClock();
  const onError = vi.fn();
  const source = fileTokenSource(path, { clock, onError, pollIntervalMs: 0 });
  onTestFinished(() => source.close());
  return { path, clock, onError, source };
}

describe("fileTokenSource", () => {
  const contract = tokenSourceContract(() => ({
    source: sourceOf(SENTINEL).source,
    renews: false,
  }));
  for (const { name, run } of contract) it(name, run);

  it("yields the token without surrounding whitespace or scheme", async () => {
    const { source } = sourceOf("Bearer opaque\n");
    const token = await source.getToken();
    expect(token).toMatchObject({ token: "opaque", tokenType: "Bearer", expiresAt: undefined });
    expect(Object.isFrozen(token)).toBe(true);
  });

  it("reads the end of a JWT, and refuses it from then on", async () => {
    const { source, clock } = sourceOf(unsignedJwt({ exp: 1_767_225_610 })); // 10 s after the clock's start
    expect((await source.getToken()).expiresAt).toBe(1_767_225_610_000);
    clock.advance(9_999);
    await source.getToken();
    clock.advance(1);
    await expect(source.getToken()).rejects.toMatchObject({
      code: "ERR_TOKEN_CREDENTIAL",
      message: expect.stringContaining("it expired at 2026-01-01T00:00:10.000Z"),
    });
  });

  it("follows a renewed token as Kubernetes projects it, with the same identity", async () => {
    const directory = temporaryDirectory();
    projectFiles(directory, { generation: "2026_a", files: { token: "first" } });
    const source = fileTokenSource(join(directory, "token"), { pollIntervalMs: 0 });
    const { identity } = source;
    expect((await source.getToken()).token).toBe("first");
    projectFiles(directory, { generation: "2026_b", files: { token: "second" } });
    expect((await source.getToken()).token).toBe("second");
    expect(source.identity).toBe(identity);
  });

  it.each(["", "\n", "Bearer ", "eyJhbGciOiJub25lIn0.eyJleH"])(
    "keeps the last good token while the file holds %j",
    async (half) => {
      const jwt = unsignedJwt({ exp: 1_767_225_610 });
      const { path, source, onError } = sourceOf(jwt);
      await source.getToken();
      writeFileSync(path, half);
      expect((await source.getToken()).token).toBe(jwt);
      expect(onError).toHaveBeenCalledTimes(1);
    },
  );

  it.each([
    ["", "it is empty"],
    ["Bearer \n", "it is empty"],
    [`${SENTINEL}\nX-Injected: yes`, "line breaks"],
    [`${SENTINEL}ü`, "beyond ASCII"],
    [JSON.stringify({ access_token: SENTINEL }), "it holds a JSON document; write the token alone"],
    [`TOKEN=${SENTINEL}\n`, "it holds a line NAME=value"],
    [`<html>${SENTINEL}</html>`, "it holds HTML or XML"],
    [`-----BEGIN PRIVATE KEY-----\n${SENTINEL}`, "it holds a PEM block"],
  ])("refuses the content %j", async (content, reason) => {
    const { path, source } = sourceOf(content);
    const error = await source.getToken().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "ERR_TOKEN_CREDENTIAL" });
    expect(String(error)).toContain(path);
    expect(String(error)).toContain(reason);
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(SENTINEL);
  });

  it("says that there is no file", async () => {
    const { source } = sourceOf();
    await expect(source.getToken()).rejects.toMatchObject({ code: "ERR_TOKEN_SOURCE_UNAVAILABLE" });
  });

  it("answers a rejected token with another one or not at all", async () => {
    const { path, source } = sourceOf("first");
    const rejected = await source.getToken();
    await expect(source.getToken({}, { rejected })).rejects.toMatchObject({
      code: "ERR_TOKEN_REJECTED",
    });
    writeFileSync(path, "second");
    expect((await source.getToken({}, { rejected })).token).toBe("second");
    const older = createAccessToken({ token: "zeroth" });
    expect((await source.getToken({}, { rejected: older })).token).toBe("second");
  });

  it("refuses a subject token by its code", async () => {
    const { source } = sourceOf("token");
    await expect(source.getToken({ subjectToken: "user" })).rejects.toMatchObject({
      code: "ERR_TOKEN_SUBJECT_NOT_ALLOWED",
    });
  });

  it.each([
    { principal: "p" },
    { tenant: "t" },
    { audience: ["a"] },
    { resource: ["https://r"] },
    { scope: ["s"] },
    { subjectToken: " " },
  ])("refuses %j as a mistaken argument", async (request) => {
    const { source } = sourceOf("token");
    await expect(source.getToken(request)).rejects.toThrow(TypeError);
    await expect(source.getToken(request)).rejects.toThrow(Object.keys(request)[0]);
  });

  it("passes an abort reason through, also one that comes while the file is read", async () => {
    const { source } = sourceOf("token");
    const reason = new Error("enough");
    await expect(source.getToken({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const call = source.getToken({}, { signal: controller.signal });
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
  });

  it("tells two files apart by identity, without naming them", () => {
    const one = fileTokenSource("/a/token");
    expect(one.identity).toBe(fileTokenSource("/a/../a/token").identity);
    expect(one.identity).not.toBe(fileTokenSource("/b/token").identity);
    expect(one.identity).not.toContain("token");
    expect(one.identity).not.toBe(environmentTokenSource("/a/token").identity);
  });

  it("reads nothing after close", async () => {
    const { path, source } = sourceOf("token");
    source.close();
    rmSync(path);
    await expect(source.getToken()).rejects.toMatchObject({ code: "ERR_TOKEN_CLOSED" });
  });
});
