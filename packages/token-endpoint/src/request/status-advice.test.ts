import { describe, expect, it } from "vitest";
import { statusAdvice } from "./status-advice.ts";

describe("statusAdvice", () => {
  const redirected = "redirects are not followed: give the final URL";
  const client = "check how the client authenticates";
  const path = "check the path of the URL";
  const later = "try again later";
  it.each([
    [299, undefined],
    [300, redirected],
    [302, redirected],
    [399, redirected],
    [400, undefined],
    [401, client],
    [402, undefined],
    [403, client],
    [404, path],
    [405, path],
    [406, undefined],
    [408, later],
    [410, undefined],
    [429, later],
    [499, undefined],
    [500, later],
    [503, later],
  ])("of %i is %j", (status, advice) => {
    expect(statusAdvice(status)).toBe(advice);
  });
});
