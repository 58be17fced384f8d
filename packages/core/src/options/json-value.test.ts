import { describe, expect, it } from "vitest";
import { jsonValue } from "./json-value.ts";

describe("jsonValue", () => {
  it("is the value of JSON, and undefined for everything else", () => {
    expect(['{"a":[1]}', " null ", "{", ""].map(jsonValue)).toEqual([
      { a: [1] },
      null,
      undefined,
      undefined,
    ]);
  });
});
