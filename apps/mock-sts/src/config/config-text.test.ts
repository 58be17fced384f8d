import { describe, expect, it } from "vitest";
import { parseConfigText } from "./config-text.ts";

const text = `# a comment
port: 8443
clients:
  - clientId: a
    authentication: none
  - { clientId: b }
`;

describe("parseConfigText", () => {
  it("reads YAML, JSON, and nothing at all", () => {
    expect(parseConfigText("port: 1\nhost: ::1\n").data).toEqual({ port: 1, host: "::1" });
    expect(parseConfigText('{\n\t"port": 1,\n\t"sts": { "mayAct": "required" }\n}').data).toEqual({
      port: 1,
      sts: { mayAct: "required" },
    });
    expect(parseConfigText("# nothing\n").data).toEqual({});
  });

  it("resolves anchors and merges", () => {
    const merged = "a: &base { x: 1 }\nb:\n  <<: *base\n  y: 2\n";
    expect(parseConfigText(merged).data).toMatchObject({ b: { x: 1, y: 2 } });
  });

  it("tells where values and keys are", () => {
    const { locate } = parseConfigText(text);
    expect(locate(["port"])).toEqual({ line: 2, column: 7 });
    expect(locate(["port"], { key: true })).toEqual({ line: 2, column: 1 });
    expect(locate(["clients", 0, "authentication"])).toEqual({ line: 5, column: 21 });
    expect(locate(["clients", 1, "clientId"], { key: true })).toEqual({ line: 6, column: 7 });
  });

  it("tells where something is missing by what is around it", () => {
    const { locate } = parseConfigText(text);
    expect(locate(["clients", 0, "subjectDn"])).toEqual({ line: 4, column: 5 });
    expect(locate(["sts", "mayAct"])).toEqual({ line: 1, column: 1 });
  });

  it.each([
    ["port: 1\nport: 2\n", 2, 1, "twice"],
    ["sts:\n\tmayAct: required\n", 2, 1, "tabs"],
    ["clients: [a\n", 2, 1, "bracket"],
    ['a: "b\n', 2, 1, "missing"],
    ["a: b: c\n", 1, 4, "colon"],
    ["a\nb: c\n", 1, 1, "one line"],
    ["a: *none\n", 1, 4, "anchor"],
    ["a: !thing b\n", 1, 4, "tags"],
    ["a: 1\n---\na: 2\n", 2, 1, "more than one"],
  ])("says where and why %j cannot be read", (wrong, line, column, reason) => {
    const [violation] = parseConfigText(wrong).violations;
    expect(violation).toMatchObject({ line, column });
    expect(violation?.message).toMatch(/^cannot be read as YAML: /);
    expect(violation?.message).toContain(reason);
  });

  it("does not tell what the parser trips over after a first slip, but for further reasons", () => {
    const text = " a line too far right\nport: 1\nhost: b\nsts: { mayAct: required }\nport: 2\n";
    const { violations } = parseConfigText(text);
    expect(violations).toHaveLength(1);
    expect(violations).toMatchObject([{ line: 1, column: 2 }]);
    expect(parseConfigText("a: !one b\nc: !two d\n").violations).toHaveLength(2);
  });

  it("refuses aliases that multiply", () => {
    const lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"];
    for (const [name, of] of ["ba", "cb", "dc", "ed", "fe"]) {
      lines.push(`${name}: &${name} [${`*${of}, `.repeat(9)}*${of}]`);
    }
    expect(parseConfigText(lines.join("\n")).violations[0]?.message).toContain("too many");
  });

  it.each([
    'a: "sentinel\n',
    "a: *sentinel\n",
    'a: "\\sentinel"\n',
    "sentinel: 1\nsentinel: 2\n",
    "a: [b] sentinel\n",
    "a: !sentinel b\n",
    "a: @sentinel\n",
    "%sentinel\n",
    "a: b\n  sentinel: c\n",
  ])("quotes nothing of %j", (wrong) => {
    const { violations } = parseConfigText(wrong);
    expect(violations.length).toBeGreaterThan(0);
    expect(JSON.stringify(violations)).not.toContain("sentinel");
  });
});
