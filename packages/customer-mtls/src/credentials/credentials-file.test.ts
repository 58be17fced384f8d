import { rmSync } from "node:fs";
import { join } from "node:path";
import { temporaryDirectory } from "@agent-oauth/test-support/temporary-directory";
import { describe, expect, it } from "vitest";
import { writeBinding } from "./credentials.test-support.ts";
import { findCredentialsFile } from "./credentials-file.ts";

describe("findCredentialsFile", () => {
  it("finds the one binding of its type, where the environment says", async () => {
    const root = temporaryDirectory();
    writeBinding(root, { name: "a", type: "destination" });
    const path = writeBinding(root, { name: "b" });
    expect(await findCredentialsFile({ env: { SERVICE_BINDING_ROOT: root } })).toBe(path);
  });

  it("lists the bindings to choose from, and takes the one named", async () => {
    const root = temporaryDirectory();
    writeBinding(root, { name: "one" });
    const path = writeBinding(root, { name: "two" });
    await expect(findCredentialsFile({ bindingRoot: root })).rejects.toMatchObject({
      code: "ERR_TOKEN_CONFIG",
      message: expect.stringContaining(`"one", "two"; name one as "binding"`),
    });
    expect(await findCredentialsFile({ bindingRoot: root, binding: "two" })).toBe(path);
  });

  it("says which bindings there are in place of the one named", async () => {
    const root = temporaryDirectory();
    writeBinding(root, { name: "one" });
    await expect(findCredentialsFile({ bindingRoot: root, binding: "two" })).rejects.toMatchObject({
      code: "ERR_TOKEN_CONFIG",
      message: expect.stringMatching(/no service binding "two".*only "one"$/),
    });
  });

  it("says where it looked", async () => {
    const root = temporaryDirectory();
    await expect(findCredentialsFile({ bindingRoot: root })).rejects.toMatchObject({
      code: "ERR_TOKEN_SOURCE_UNAVAILABLE",
      message: expect.stringContaining(root),
    });
  });

  it("passes over a binding without credentials, unless it is the one named", async () => {
    const root = temporaryDirectory();
    rmSync(writeBinding(root));
    await expect(findCredentialsFile({ bindingRoot: root })).rejects.toMatchObject({
      code: "ERR_TOKEN_SOURCE_UNAVAILABLE",
      message: expect.stringContaining('with a file "credentials" in'),
    });
    await expect(findCredentialsFile({ bindingRoot: root, binding: "agw" })).rejects.toMatchObject({
      code: "ERR_TOKEN_CONFIG",
      message: expect.stringContaining(`"${join(root, "agw")}": it has no entry "credentials"`),
    });
    const path = writeBinding(root, { name: "other" });
    expect(await findCredentialsFile({ bindingRoot: root })).toBe(path);
  });

  it("refuses a blank SERVICE_BINDING_ROOT, which would mean the working directory", async () => {
    await expect(findCredentialsFile({ env: { SERVICE_BINDING_ROOT: "" } })).rejects.toThrow(
      "SERVICE_BINDING_ROOT is blank",
    );
  });
});
