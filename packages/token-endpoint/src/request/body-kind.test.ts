import { describe, expect, it } from "vitest";
import { bodyKind } from "./body-kind.ts";

describe("bodyKind", () => {
  it.each([
    ["", "application/json", "empty"],
    [" \n", "text/html", "empty"],
    [undefined, "application/json", "empty"],
    ["<!doctype html>", "", "HTML"],
    ["  <html>", "text/plain", "HTML"],
    ["Sign in", "text/html;charset=utf-8", "HTML"],
    ['<?xml version="1.0"?><fault/>', "", "XML"],
    ["<fault/>", "application/soap+xml", "XML"],
    ["access_token=x&scope=repo&token_type=bearer", "text/plain", "form-encoded"],
    ["error=bad_verification_code&error_description=It+is+old", "", "form-encoded"],
    ["scope=repo", "application/x-www-form-urlencoded; charset=utf-8", "form-encoded"],
    ["access_token = x", "text/plain", "not a JSON object"],
    ["error={}", "text/plain", "not a JSON object"],
    ["[]", "application/json", "not a JSON object"],
    ["Service Unavailable", "text/plain", "not a JSON object"],
  ])("of %j, %s, is %s", (text, contentType, kind) => {
    expect(bodyKind({ text, contentType })).toBe(kind);
  });
});
