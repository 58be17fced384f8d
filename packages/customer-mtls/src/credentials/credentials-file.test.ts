import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "@agent-oauth/core";
import { temporaryDirectory } from "@agent-oauth/test-support/temporary-directory";
import { describe, expect, it } from "vitest";
import { writeBinding } from "./credentials.test-support.ts";
import { type FindCredentialsFileOptions, findCredentialsFile } from "./credentials-file.ts";
import { parseCustomerCredentials } from "./customer-credentials.ts";

const SENTINEL = "s3ntinel";

const find = (options: FindCredentialsFileOptions) =>
  findCredentialsFile(options, async (path) =>
    parseCustomerCredentials(readFileSync(path, "utf8"), {
      origin: `credentials file ${JSON.stringify(path)}`,
      allowInsecureHosts: [],
      clock: systemClock,
    }),
  );

describe("findCredentialsFile", () => {
  it("finds the one binding of its type, where the environment says", async () => {
    const root = temporaryDirectory();
    writeBinding(root, { name: "a", type: "destination" });
    const path = writeBinding(root, { name: "b" });
    expect(await find({ env: { SERVICE_BINDING_ROOT: root } })).toBe(path);
  });

  it("lists the bindings to choose from, and takes the one named", async () => {
    const root = temporaryDirectory();
    writeBinding(root, { name: "one" });
    const path = writeBinding(root, { name: "two" });
    await expect(find({ bindingRoot: root })).rejects.toMatchObject({
      code: "ERR_TOKEN_CONFIG",
      message: expect.stringContaining(`"one", "two"; name one as "binding"`),
    });
    expect(await find({ bindingRoot: root, binding: "two" })).toBe(path);
  });

  it.each(["{", "", "null", "[]", { clientid: SENTINEL }])(
    "takes the only one of several that can be used, beside %j",
    async (credentials) => {
      const root = temporaryDirectory();
      writeBinding(root, { name: "a0", credentials });
      const path = writeBinding(root, { name: "b0" });
      writeBinding(root, { name: "c0", credentials });
      expect(await find({ bindingRoot: root })).toBe(path);
    },
  );

  it("tells those that cannot be used where none can, or several", async () => {
    const root = temporaryDirectory();
    writeBinding(root, { name: "a0", credentials: SENTINEL });
    writeBinding(root, { name: "b0", credentials: { privateKey: SENTINEL } });
    const none = find({ bindingRoot: root });
    await expect(none).rejects.toMatchObject({
      code: "ERR_TOKEN_CONFIG",
      message: expect.stringMatching(
        /none of the 2 service bindings .*a0.credentials": it is not JSON.*; cannot use .*b0.*clientid is missing/,
      ),
    });
    await expect(none).rejects.not.toThrow(SENTINEL);
    writeBinding(root, { name: "c0" });
    writeBinding(root, { name: "d0" });
    await expect(find({ bindingRoot: root })).rejects.toThrow(
      /: 2 service bindings .*, "c0", "d0"; name one as "binding" \(also there: cannot use .*a0/,
    );
  });

  it("says which bindings there are in place of the one named", async () => {
    const root = temporaryDirectory();
    writeBinding(root, { name: "one" });
    await expect(find({ bindingRoot: root, binding: "two" })).rejects.toMatchObject({
      code: "ERR_TOKEN_CONFIG",
      message: expect.stringMatching(/no service binding "two".*only "one"$/),
    });
  });

  it("says where it looked", async () => {
    const root = temporaryDirectory();
    await expect(find({ bindingRoot: root })).rejects.toMatchObject({
      code: "ERR_TOKEN_SOURCE_UNAVAILABLE",
      message: expect.stringContaining(root),
    });
  });

  it("passes over a binding without credentials, unless it is the one named", async () => {
    const root = temporaryDirectory();
    rmSync(writeBinding(root));
    await expect(find({ bindingRoot: root })).rejects.toMatchObject({
      code: "ERR_TOKEN_SOURCE_UNAVAILABLE",
      message: expect.stringContaining('with a file "credentials" in'),
    });
    await expect(find({ bindingRoot: root, binding: "agw" })).rejects.toMatchObject({
      code: "ERR_TOKEN_CONFIG",
      message: expect.stringContaining(`"${join(root, "agw")}": it has no entry "credentials"`),
    });
    const path = writeBinding(root, { name: "other" });
    expect(await find({ bindingRoot: root })).toBe(path);
  });

  it("refuses a blank SERVICE_BINDING_ROOT, which would mean the working directory", async () => {
    await expect(find({ env: { SERVICE_BINDING_ROOT: "" } })).rejects.toThrow(
      "SERVICE_BINDING_ROOT is blank",
    );
  });
});
