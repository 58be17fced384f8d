import { describe, expect, it } from "vitest";
import { fileError } from "./file-error.ts";

describe("fileError", () => {
  it.each([
    ["ENOENT", "ERR_TOKEN_SOURCE_UNAVAILABLE", "no such file or directory"],
    ["EACCES", "ERR_TOKEN_CONFIG", "permission denied"],
    ["EIO", "ERR_TOKEN_CONFIG", "EIO"],
  ])("says what %s means", (errno, code, reason) => {
    const thrown = Object.assign(new Error(`${errno}: open`), { code: errno, syscall: "open" });
    expect(fileError("/a b", thrown)).toMatchObject({
      code,
      message: `Cannot read "/a b": ${reason}`,
      cause: { code: errno },
    });
  });
});
