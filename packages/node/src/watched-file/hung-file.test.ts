import { describe, expect, it, onTestFinished, vi } from "vitest";
import { fileTokenSource } from "../sources/file-token-source.ts";
import { createWatchedFile } from "./watched-file.ts";

// A file system that never answers, such as a network drive whose server is gone.
vi.mock(import("./text-file.ts"), () => ({
  readTextFile: () => new Promise<never>(() => {}),
  textFileVersion: () => new Promise<never>(() => {}),
}));

const options = { pollIntervalMs: 0 };

describe("a file that never answers", () => {
  it("holds no call of fileTokenSource beyond its signal", async () => {
    const source = fileTokenSource("/hung/token", options);
    onTestFinished(() => source.close());
    const controller = new AbortController();
    const reason = new Error("enough");
    const call = source.getToken({}, { signal: controller.signal });
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
  });

  it("holds no call of fileTokenSource beyond close()", async () => {
    const source = fileTokenSource("/hung/token", options);
    const call = source.getToken();
    source.close();
    await expect(call).rejects.toMatchObject({ code: "ERR_TOKEN_CLOSED" });
  });

  it("holds no read() of createWatchedFile beyond close()", async () => {
    const file = createWatchedFile("/hung/file", { ...options, parse: (text) => text });
    const reads = [file.read(), file.read()];
    file.close();
    for (const read of [...reads, file.read()]) {
      await expect(read).rejects.toMatchObject({ code: "ERR_TOKEN_CLOSED" });
    }
  });
});
