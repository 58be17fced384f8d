import { inspect } from "node:util";
import { type Clock, systemClock } from "@agent-oauth/core";
import { createFakeClock } from "@agent-oauth/core/testing";
import { issueCertificate } from "@agent-oauth/test-support/certificates";
import { describe, expect, it } from "vitest";
import { clientPair, credentialsWith } from "./credentials.test-support.ts";
import { parseCustomerCredentials } from "./customer-credentials.ts";

const SENTINEL = "s3cr3t-sentinel";

function parse(text: string, { hosts = [] as string[], clock = systemClock as Clock } = {}) {
  return parseCustomerCredentials(text, {
    origin: 'credentials file "/bindings/agw/credentials"',
    allowInsecureHosts: hosts,
    clock,
  });
}

function parseWith(members: object, options?: Parameters<typeof parse>[1]) {
  return parse(JSON.stringify({ ...credentialsWith(), ...members }), options);
}

function faultOf(action: () => unknown): { code: string; message: string } {
  try {
    action();
  } catch (error) {
    const shown = inspect(error, { depth: null, showHidden: true }) + JSON.stringify(error);
    expect(shown).not.toContain(SENTINEL);
    expect(shown).not.toContain(clientPair.key.split("\n")[1]);
    return error as { code: string; message: string };
  }
  throw new Error("Nothing was thrown");
}

describe("parseCustomerCredentials", () => {
  it("takes the members it knows", () => {
    expect(parseWith({ gatewayUrl: "https://agw.example/base//", extra: 1 })).toEqual({
      tokenEndpoint: "https://tenant.accounts.example/oauth2/token",
      clientId: "agent-1",
      certificatePair: clientPair,
      gatewayUrl: "https://agw.example/base",
      integrationDependencies: [
        { ordId: "sap.mcpbuilder:apiResource:cost-center:v1", globalTenantId: "250695" },
      ],
    });
  });

  it.each([undefined, []])(
    "does not need integration dependencies: %j",
    (integrationDependencies) => {
      const access = parseWith({ integrationDependencies });
      expect(access.integrationDependencies).toEqual(integrationDependencies);
    },
  );

  it.each([
    ["", "it is empty"],
    [" \n", "it is empty"],
    [`{"privateKey":"${SENTINEL}","clientid":"ag`, "it is not JSON, or only half-written"],
    [`${SENTINEL}: yaml`, "it is not JSON, or only half-written"],
    [`"${SENTINEL}"`, "it must be a JSON object"],
    ["[]", "it must be a JSON object"],
    ["null", "it must be a JSON object"],
  ])("refuses the text %j", (text, reason) => {
    expect(faultOf(() => parse(text))).toMatchObject({
      code: "ERR_TOKEN_CONFIG",
      message: `Cannot use credentials file "/bindings/agw/credentials": ${reason}`,
    });
  });

  const members = ["tokenServiceUrl", "clientid", "certificate", "privateKey", "gatewayUrl"];
  it.each(
    members.flatMap((member) => [
      [member, undefined, "is missing"],
      [member, "", "is blank"],
      [member, " \n", "is blank"],
      [member, 5, "must be a string, not a number"],
      [member, null, "must be a string, not null"],
      [member, [SENTINEL], "must be a string, not a list"],
    ]),
  )("refuses %s if it is %j", (member, value, reason) => {
    expect(faultOf(() => parseWith({ [member as string]: value }))).toMatchObject({
      code: "ERR_TOKEN_CONFIG",
      message: `Cannot use credentials file "/bindings/agw/credentials": ${member} ${reason}`,
    });
  });

  it("names every fault at once", () => {
    const integrationDependencies = [
      { ordId: "a", globalTenantId: "b" },
      { ordId: `${SENTINEL}/..`, globalTenantId: 7.5 },
      SENTINEL,
    ];
    const { message } = faultOf(() =>
      parseWith({ clientid: undefined, gatewayUrl: `http://${SENTINEL}`, integrationDependencies }),
    );
    expect(message.split(": ").slice(1).join(": ").split("; ")).toEqual([
      "clientid is missing",
      'gatewayUrl must be https:, unless "allowInsecureHosts" names its host',
      'integrationDependencies[1].ordId contains "/", "\\", "?" or "#"',
      "integrationDependencies[1].globalTenantId must be a string, or a whole number from 0 to 9007199254740991 (a larger one as a string)",
      "integrationDependencies[2] must be an object with ordId and globalTenantId",
    ]);
  });

  it("takes a tenant id that is a number", () => {
    const integrationDependencies = [{ ordId: "a", globalTenantId: 250695 }];
    expect(parseWith({ integrationDependencies }).integrationDependencies).toEqual([
      { ordId: "a", globalTenantId: "250695" },
    ]);
  });

  it.each([2 ** 53, 1e21, -1, 0.5])("says which numbers a tenant id may be, not %d", (number) => {
    const integrationDependencies = [{ ordId: "a", globalTenantId: number }];
    expect(faultOf(() => parseWith({ integrationDependencies })).message).toContain(
      "integrationDependencies[0].globalTenantId must be a string, or a whole number from 0 to 9007199254740991",
    );
  });

  it.each(["tokenServiceUrl", "gatewayUrl"])(
    "takes http: in %s for hosts that are named",
    (member) => {
      const url = "http://localhost:8080/path";
      expect(faultOf(() => parseWith({ [member]: url })).message).toContain(
        `${member} must be https:`,
      );
      expect(
        faultOf(() => parseWith({ [member]: url }, { hosts: ["localhost:80"] })).message,
      ).toContain(`${member} must be https:`);
      for (const host of ["localhost", "localhost:8080"]) {
        expect(Object.values(parseWith({ [member]: url }, { hosts: [host] }))).toContain(url);
      }
    },
  );

  it.each([
    ["clientid", `${SENTINEL}\r\nx-injected: 1`, "control characters"],
    ["tokenServiceUrl", `https://a.example/\n${SENTINEL}`, "control characters"],
    ["tokenServiceUrl", `https://a.example\\@${SENTINEL}`, "a backslash"],
    ["tokenServiceUrl", `${SENTINEL}.example/token`, "must be an absolute https: URL"],
    ["tokenServiceUrl", `https:a.example`, "must be an absolute https: URL"],
    ["tokenServiceUrl", `file:///${SENTINEL}`, "must be an absolute https: URL"],
    ["tokenServiceUrl", `https://user:${SENTINEL}@a.example/`, "a user name or password"],
    ["tokenServiceUrl", `https://a.example/#${SENTINEL}`, "a fragment"],
    ["gatewayUrl", `https://agw.example/?${SENTINEL}`, "a query"],
    ["gatewayUrl", `https://agw.example/ ${SENTINEL}`, "white space"],
  ])("refuses hostile characters in %s, case %#", (member, value, reason) => {
    const { code, message } = faultOf(() => parseWith({ [member]: value }));
    expect(code).toBe("ERR_TOKEN_CONFIG");
    expect(message).toContain(`: ${member} `);
    expect(message).toContain(reason);
  });

  it("takes a token endpoint with a query (RFC 6749 §3.2)", () => {
    const tokenServiceUrl = "https://a.example/token?zone=1";
    expect(parseWith({ tokenServiceUrl }).tokenEndpoint).toBe(tokenServiceUrl);
  });

  it("refuses a key that does not match the certificate", async () => {
    const { key } = await issueCertificate("clientAuth");
    expect(faultOf(() => parseWith({ privateKey: key }))).toMatchObject({
      code: "ERR_TOKEN_CREDENTIAL",
      message: expect.stringContaining(
        'credentials file "/bindings/agw/credentials": the key does not match the certificate',
      ),
    });
  });

  it("refuses a certificate that has expired, and one that is not valid yet", () => {
    const clock = createFakeClock(Date.now());
    parseWith({}, { clock });
    clock.advance(3_600_000);
    expect(faultOf(() => parseWith({}, { clock }))).toMatchObject({
      code: "ERR_TOKEN_CREDENTIAL",
      message: expect.stringContaining("the certificate expired at"),
    });
    clock.step(-3 * 3_600_000);
    expect(faultOf(() => parseWith({}, { clock })).message).toContain("is not valid before");
  });

  it.each([
    ["certificate", SENTINEL],
    ["privateKey", SENTINEL],
    ["privateKey", `-----BEGIN PRIVATE KEY-----\n${SENTINEL}\n-----END PRIVATE KEY-----`],
  ])("refuses a %s that is no PEM, without showing it", (member, value) => {
    const { code, message } = faultOf(() => parseWith({ [member]: value }));
    expect(code).toBe("ERR_TOKEN_CREDENTIAL");
    expect(message).toContain('credentials file "/bindings/agw/credentials": the ');
  });
});
