import { describe, expect, it } from "vitest";
import {
  foundInsteadOfBearer,
  foundInsteadOfToken,
  refuseOtherThanToken,
} from "./token-structure.ts";

describe("foundInsteadOfToken", () => {
  it.each([
    ['{"access_token":"s3cr3t"}', /JSON/],
    ['["s3cr3t"]', /JSON/],
    ["{", /JSON/],
    ["<!doctype html><title>s3cr3t", /HTML or XML/],
    ["<saml:Assertion/>", /HTML or XML/],
    ["<html>", /HTML or XML/],
    ["<HTML lang>", /HTML or XML/],
    ["<body>", /HTML or XML/],

    ["<TOKEN>", /placeholder/],
    ["<password>", /placeholder/],
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

describe("foundInsteadOfBearer", () => {
  it.each([
    "“s3cr3t”",
    "s3 cr3t",
    "ssh-rsa s3cr3t",
    "é",
    "s3cr3t\u200b",
    "\uFEFFs3cr3t",
    "a\u0000b",
  ])("names %j, which no header can carry, without showing it", (text) => {
    expect(foundInsteadOfBearer(text)).toMatch(/^text with spaces, control characters/);
    expect(foundInsteadOfToken(text)).toBeUndefined();
  });

  it("names another structure first, and takes a token", () => {
    expect(foundInsteadOfBearer('{"a": 1}')).toBe("a JSON document");
    expect(foundInsteadOfBearer("ab+/~._-!{}|")).toBeUndefined();
  });
});

describe("refuseOtherThanToken", () => {
  it("refuses another structure without showing it, and takes opaque text", () => {
    const refused = () => refuseOtherThanToken("TOKEN=s3cr3t");
    expect(refused).toThrow(TypeError);
    expect(refused).toThrow(/"subjectToken" is a line NAME=value; give the token alone$/);
    refuseOtherThanToken("opaque");
  });
});
