import { describe, expect, it } from "vitest";
import { ResponseBudget } from "./response-budget.ts";

describe("ResponseBudget", () => {
  it("has room for 1024 responses to one call", () => {
    const budget = new ResponseBudget({ maxBytes: 1, bytesName: "x" }, "call");
    for (let count = 0; count < 1_024; count++) budget.addResponse();
    expect(() => budget.addResponse()).toThrow(
      "Cannot call: the server needs more than 1024 responses",
    );
  });
});
