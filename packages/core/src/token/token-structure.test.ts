import { describe, expect, it } from "vitest";
import { foundInsteadOfToken } from "./token-structure.ts";

describe("foundInsteadOfToken", () => {
  it.each([
    ['{"access_token":"s3cr3t"}', /JSON/],
    ['["s3cr3t"]', /JSON/],
    ["{", /JSON/],
    ["<!doctype html><title>s3cr3t", /HTML or XML/],
    ["<saml:Assertion/>", /HTML or XML/],
    ["-----BEGIN CERTIFICATE-----\ns3cr3t", /PEM/],
    ['"s3cr3t"', /quoted text/],
    ["'s3cr3t", /quoted text/],
    ["`s3cr3t`", /quoted text/],
    ["AGENT_TOKEN=s3cr3t", /NAME=value/],
    ["AGENT_TOKEN = s3cr3t", /NAME=value/],
    ["export AGENT_TOKEN=s3cr3t\nOTHER=1", /NAME=value/],
    ["access_token=s3cr3t&token_type=Bearer", /NAME=value/],
    ["token: s3cr3t", /name: value/],
    ["Authorization: Bearer s3cr3t", /name: value/],
    ["Basic czNjcjN0", /another scheme/],
    [`\${AGENT_TOKEN}`, /placeholder/],
    ["$(cat s3cr3t)", /placeholder/],
    ["{{ .Values.s3cr3t }}", /placeholder/],
    ["%AGENT_TOKEN%", /placeholder/],
    ["<your-token here>", /placeholder/],
    ["undefined", /missing value/],
    ["null", /missing value/],
    ["[object Promise]", /missing value/],
  ])("names %j without showing it", (text, found) => {
    expect(foundInsteadOfToken(text)).toMatch(found);
    expect(foundInsteadOfToken(text)).not.toContain("s3cr3t");
  });

  it.each([
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1In0.c2ln",
    "gho_16C7e42F292c6912E7710c838347Ae178B4a",
    "xoxb-1-2-abc",
    "00D5g000004!AQEAQ_x.y",
    "1234|abcdef",
    "c2VjcmV0==",
    "YQ=",
    "ab+/~._-",
    "tenant:user:token",
    "a=",
    "nullable",
    "undefined1",
  ])("takes %j for a token", (text) => {
    expect(foundInsteadOfToken(text)).toBeUndefined();
  });

  it("reads a long text at once", () => {
    expect(foundInsteadOfToken("a".repeat(1_000_000))).toBeUndefined();
    expect(foundInsteadOfToken(`a${" ".repeat(1_000_000)}b`)).toBeUndefined();
  });
});
