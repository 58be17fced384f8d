import { describe, expect, it } from "vitest";
import { UnauthorizedError } from "./unauthorized-error.ts";
import { withUser } from "./with-user.ts";

const request = (headers: Record<string, string> = {}) =>
  new Request("https://agent.example/chat", { headers });

describe("withUser", () => {
  it("hands the user and all further arguments to the handler", async () => {
    const route = withUser(
      async (given: Request, user, context: { readonly params: string }) =>
        Response.json([given.url, user, context]),
      { claims: () => ({ sub: "alice" }) },
    );
    const response = await route(request({ authorization: "Bearer abc" }), { params: "p" });
    expect(await response.json()).toEqual([
      "https://agent.example/chat",
      { subjectToken: "abc", principal: '[null,"alice"]' },
      { params: "p" },
    ]);
  });

  it.each([
    [{}, 401, 'Bearer realm="orders"'],
    [{ authorization: "Bearer " }, 401, 'Bearer realm="orders"'],
    [
      { authorization: "Bearer a, Bearer b" },
      400,
      'Bearer realm="orders", error="invalid_request", error_description="it carries more than one authorization"',
    ],
  ])("answers %o itself", async (headers, status, challenge) => {
    let calls = 0;
    const handler = () => {
      calls++;
      return new Response();
    };
    const route = withUser(handler, { challenge: { realm: "orders" } });
    const response = await route(request(headers));
    expect(response.status).toBe(status);
    expect(response.headers.get("www-authenticate")).toBe(challenge);
    expect(calls).toBe(0);
  });

  it("leaves the handler's errors alone, also one that would be an answer", async () => {
    const failure = new UnauthorizedError({ reason: "x", challenge: {} });
    const route = withUser(() => Promise.reject(failure));
    await expect(route(request({ authorization: "Bearer abc" }))).rejects.toBe(failure);
  });

  it("does not hide a mistake in the options of the application", async () => {
    const broken = withUser(() => new Response(), {
      claims: () => {
        throw new Error("no verifier");
      },
    });
    await expect(broken(request({ authorization: "Bearer abc" }))).rejects.toThrow("no verifier");
  });

  it("checks handler and options when it wraps", () => {
    expect(() => withUser(undefined as never)).toThrow('"handler" is missing');
    expect(() => withUser("x" as never)).toThrow('"handler" must be a function');
    expect(() => withUser(() => new Response(), { realm: "x" } as never)).toThrow(
      'there is no option "realm"',
    );
  });
});
