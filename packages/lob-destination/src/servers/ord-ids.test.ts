import { describe, expect, it } from "vitest";
import { ordIdsOf } from "./ord-ids.ts";

const ordId = "sap.s4:apiAccess:salesOrder:v1";
const ids = { ordId, globalTenantId: "4711" };

describe("ordIdsOf", () => {
  it.each<[string, object]>([
    [`https://agw.example/v1/mcp/${ordId}/4711`, ids],
    [`https://agw.example/v1/a2a/${ordId}/4711/`, ids],
    [`https://agw.example/base/v1/mcp/${ordId}/4711?a=b/c#d/e`, ids],
    [`https://agw.example/v1//mcp/${ordId}//4711`, ids],
    [`https://agw.example/v1/mcp/${encodeURIComponent(ordId)}/471%31`, ids],
    ["https://agw.example/v1/mcp/a/b/c/4711", { ordId: "a/b/c", globalTenantId: "4711" }],
    [`https://agw.example/elsewhere/${ordId}/4711`, ids],
    [`https://agw.example/v1/mcpx/${ordId}/4711`, ids],
    [`https://agw.example/${ordId}/4711`, ids],
    ["https://agw.example/v1/mcp/4711", {}],
    ["https://agw.example/v1/mcp", {}],
    ["https://agw.example/4711", {}],
    ["https://agw.example", {}],
    ["https://agw.example/v1/mcp/%E0%A4%A/4711", {}],
    ["no URL", {}],
    ["", {}],
  ])("reads %s", (url, expected) => {
    expect(ordIdsOf(url)).toEqual(expected);
  });
});
