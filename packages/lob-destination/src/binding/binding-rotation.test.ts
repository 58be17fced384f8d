import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { TokenError } from "@agent-oauth/core";
import { issueCertificate } from "@agent-oauth/test-support/certificates";
import { projectFiles, temporaryDirectory } from "@agent-oauth/test-support/temporary-directory";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { startBtp, type TestBtp } from "../btp.test-support.ts";
import { bindingAt, flowAt } from "../flow.test-support.ts";
import type { LobFlowOptions } from "../flow-options.ts";
import type { DestinationBinding } from "./destination-binding.ts";

const [first, second] = [
  await issueCertificate("clientAuth"),
  await issueCertificate("clientAuth"),
];
const fingerprint = ({ certificate }: { readonly certificate: string }) =>
  new X509Certificate(certificate).fingerprint256;

let btp: TestBtp;
let secretsRoot: string;
let generation = 0;

beforeEach(async () => {
  btp = await startBtp();
  secretsRoot = temporaryDirectory();
  return () => btp.close();
});

/** Mounts a binding as Kubernetes does: all its files change in one step. */
function mount(members: Partial<DestinationBinding>): void {
  const directory = join(secretsRoot, "destination/default");
  const values = { ...bindingAt(btp), clientsecret: undefined, ...members };
  const files = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, `${value}\n`]],
  );
  projectFiles(directory, { generation: `${++generation}`, files: Object.fromEntries(files) });
}

const mountedFlow = (options: LobFlowOptions = {}) =>
  flowAt(btp, { secretsRoot, bindingRoot: secretsRoot, ...options });

const certificates = () =>
  btp.requests.filter(({ method }) => method === "POST").map(({ certificate }) => certificate);

describe("a binding with a certificate", () => {
  it("presents it to the token endpoint and to nobody else", async () => {
    mount(first);
    const flow = await mountedFlow();
    await flow.systemTokens.getToken({ tenant: "acme" });
    await (await flow.fetch(`${btp.origin}/gateway`)).text();
    expect(btp.requests[0]?.form).toEqual({
      grant_type: "client_credentials",
      client_id: "sb-dest",
    });
    expect(btp.requests.map(({ certificate }) => certificate)).toEqual([
      fingerprint(first),
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("is read again before the next request, and the tenant's tokens stay", async () => {
    mount(first);
    const flow = await mountedFlow();
    const before = await flow.systemTokens.getToken({ tenant: "acme" });
    mount(second);
    const user = { tenant: "acme", subjectToken: "ann" };
    await flow.userTokens.getToken(user);
    expect(certificates()).toEqual([first, second].map(fingerprint));
    expect(await flow.systemTokens.getToken({ tenant: "acme" })).toBe(before);
    expect(btp.requests).toHaveLength(6);
  });

  it("keeps the last good one while what is there cannot be used, and says so once", async () => {
    mount(first);
    const onBindingError = vi.fn();
    const flow = await mountedFlow({ onBindingError, maxSystemTokens: 0 });
    mount({ ...second, key: first.key });
    for (const tenant of ["one", "two"]) await flow.systemTokens.getToken({ tenant });
    expect(certificates()).toEqual([first, first].map(fingerprint));
    expect(onBindingError).toHaveBeenCalledTimes(1);
    const [error]: unknown[] = onBindingError.mock.calls[0] ?? [];
    expect(TokenError.isInstance(error) && error.code).toBe("ERR_TOKEN_CREDENTIAL");
    expect(String(error)).toContain("the key does not match");
    mount(second);
    await flow.reloadBinding();
    await flow.systemTokens.getToken({ tenant: "three" });
    expect(certificates().at(-1)).toBe(fingerprint(second));
    expect(onBindingError).toHaveBeenCalledTimes(1);
  });

  it("drops the tokens of another client", async () => {
    mount(first);
    const flow = await mountedFlow();
    const before = await flow.systemTokens.getToken({ tenant: "acme" });
    mount({ ...first, clientid: "sb-other" });
    await flow.reloadBinding();
    expect(await flow.systemTokens.getToken({ tenant: "acme" })).not.toBe(before);
    expect(btp.requests[3]?.form.client_id).toBe("sb-other");
  });
});

describe("a binding with a secret", () => {
  it("is followed, too", async () => {
    mount({ clientsecret: "one" });
    const flow = await mountedFlow();
    await flow.systemTokens.getToken({ tenant: "one" });
    mount({ clientsecret: "two" });
    await flow.systemTokens.getToken({ tenant: "two" });
    const secrets = btp.requests.flatMap(({ form }) => form.client_secret ?? []);
    expect(secrets).toEqual(["one", "two"]);
  });
});
