import { describe, expect, it } from "vitest";
import { sendRaw } from "../../test-support/raw-connection.ts";
import { startMockSts } from "../mock-sts.ts";
import { hostViolation } from "./host-header.ts";

const faultOf = (hosts: readonly string[], httpVersion = "1.1") =>
  hostViolation({
    httpVersion,
    rawHeaders: ["Accept", "host", ...hosts.flatMap((it) => ["hOsT", it])],
  });

describe("hostFault", () => {
  it.each([
    ["localhost"],
    ["localhost:443"],
    ["localhost:"],
    ["LOCALHOST:65535"],
    ["127.0.0.1:8080"],
    ["[::1]"],
    ["[::ffff:127.0.0.1]:80"],
    ["a_b-c.example"],
    ["caf%C3%A9.example"],
  ])("takes %j", (host) => expect(faultOf([host])).toBeUndefined());

  it.each([
    [""],
    [":80"],
    ["localhost:65536"],
    ["localhost:80:80"],
    ["localhost:x"],
    ["localhost, localhost"],
    ["localhost:80,localhost:80"],
    ["user@localhost"],
    ["localhost/path"],
    ["localhost?x"],
    ["localhost#x"],
    ["https://localhost"],
    ["local host"],
    ["caf\u00e9.example"],
    ["a%zz"],
    ["::1"],
    ["[::1"],
    ["[]"],
    ["[localhost]"],
    ["[::1]x"],
  ])("refuses %j as malformed", (host) => expect(faultOf([host])).toMatch("malformed"));

  it("refuses two, also of the same value", () => {
    for (const second of ["localhost", "other", ""]) {
      expect(faultOf(["localhost", second])).toMatch("more than one");
    }
  });

  it("refuses none, but of HTTP/1.0", () => {
    expect(faultOf([])).toMatch('no "Host"');
    expect(faultOf([], "1.0")).toBeUndefined();
    expect(faultOf(["a", "b"], "1.0")).toMatch("more than one");
  });
});

describe("every listener (RFC 9112 §3.2)", () => {
  it.each([false, true])(
    "[http-2] responds with 400 to two Host headers, none, or a malformed one (plain HTTP: %s)",
    async (insecureHttp) => {
      await using mock = await startMockSts({ insecureHttp });
      const right = (origin: string) => `Host: ${new URL(origin).host}\r\n`;
      for (const origin of [mock.url, mock.gatewayUrl]) {
        const wrong = [`${right(origin)}Host: attacker.example\r\n`, right(origin).repeat(2)];
        for (const headers of [...wrong, "", "Host:\r\n", "Host: a b\r\n", "Host: a@b\r\n"]) {
          for (const target of ["/oauth2/token", "/__mock/state", "/", `${origin}/jwks`]) {
            const bytes = `GET ${target} HTTP/1.1\r\n${headers}\r\n`;
            const response = await sendRaw(origin, mock.ca, bytes);
            expect(response).toMatch(/^HTTP\/1\.1 400 /);
            expect(response).toMatch(/\r\nConnection: close\r\n/i);
            const body = JSON.parse(response.slice(response.indexOf("\r\n\r\n")));
            expect(body).toMatchObject({
              error: "invalid_request",
              error_description: expect.stringContaining('"Host"'),
            });
          }
        }
        const good = `GET / HTTP/1.1\r\n${right(origin)}Connection: close\r\n\r\n`;
        expect(await sendRaw(origin, mock.ca, good)).toMatch(/^HTTP\/1\.1 404 /);
      }
      expect(mock.recorder.count()).toBe(2);
    },
  );
});
