import { TokenError } from "@agent-oauth/core";
import { describe, expect, it } from "vitest";
import { createHttpClient } from "./http-client.ts";

const failed = "Cannot ask";
const never = () => new Promise<never>(() => {});

describe("HttpClient.close", () => {
  it("ends work that waits for something else than a connection", async () => {
    const client = createHttpClient({}, "test");
    const work = client.within({ failed }, never);
    await Promise.all([
      expect(work).rejects.toMatchObject({ code: "ERR_TOKEN_CLOSED" }),
      client.close(),
    ]);
    await expect(client.within({ failed }, never)).rejects.toMatchObject({
      code: "ERR_TOKEN_CLOSED",
    });
  });

  it("ends the wait between two attempts", async () => {
    const client = createHttpClient({ sleep: never }, "test");
    const failure = new TokenError("ERR_TOKEN_NETWORK", failed);
    let attempts = 0;
    const work = client.within({ failed }, (deadline) =>
      client.retry(
        async () => {
          attempts++;
          return { failure, resend: "always" };
        },
        { deadline, isIdempotent: true },
      ),
    );
    await Promise.all([
      expect(work).rejects.toMatchObject({ code: "ERR_TOKEN_CLOSED" }),
      client.close(),
    ]);
    expect(attempts).toBe(1);
  });
});
