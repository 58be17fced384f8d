import { describe, expect, it } from "vitest";
import { parseFilter } from "./configuration-filter.ts";
import type { Configuration, ConfigurationKind } from "./configurations.ts";

const now = 1_800_000_000_000;
const nasty = "it's 100% a/b, [x]";
const encodedNasty = encodeURIComponent(nasty).replaceAll("'", "%27");
const label = (key: string, ...values: string[]) => ({ key, values });
const all: readonly Configuration[] = [
  { name: "mcp", properties: {}, labels: [label("type", "agw.mcp.server")], modifiedAt: now },
  {
    name: "a2a",
    properties: {},
    labels: [label("type", "agw.a2a.server", "other"), label("region", "eu")],
    modifiedAt: now - 60_000,
  },
  { name: nasty, properties: {}, labels: [label(nasty, nasty)], modifiedAt: now - 60_001 },
];

/** Names of what a filter chooses. */
function choose(filter: string, kind: ConfigurationKind = "DestinationFragments") {
  return all.filter(parseFilter(filter, { kind, now })).map(({ name }) => name);
}

describe("parseFilter", () => {
  it.each<[string, string[]]>([
    ["Label['type'] HAS ('agw.mcp.server')", ["mcp"]],
    ["Label['type'] HAS ('agw.mcp.server', 'agw.a2a.server')", ["mcp", "a2a"]],
    ["Label['type'] HAS ('agw.mcp.server','other')", ["mcp", "a2a"]],
    ["Label['type'] HAS ('other') AND Label['region'] HAS ('eu')", ["a2a"]],
    ["Label['type'] HAS ('agw.mcp.server') AND Label['region'] HAS ('eu')", []],
    ["Label['Type'] HAS ('agw.mcp.server')", []],
    ["Label['type'] HAS ('agw.mcp')", []],
    ["Name in ('mcp', 'nobody')", ["mcp"]],
    ["Name in ('mcp','a2a')", ["mcp", "a2a"]],
    [`Name in ('${encodedNasty}')`, [nasty]],
    [`Label['${encodedNasty}'] HAS ('${encodedNasty}')`, [nasty]],
  ])("reads %s", (filter, names) => {
    expect(choose(filter)).toEqual(names);
  });

  it.each<[string, string[]]>([
    ["startswith(Name, 'm')", ["mcp"]],
    ["endswith(Name, 'a')", ["a2a"]],
    ["startswith(Name, 'it''s')", [nasty]],
    ["modifiedwithin('1', 'minutes')", ["mcp", "a2a"]],
  ])("reads %s for destinations only", (filter, names) => {
    expect(choose(filter, "Destinations")).toEqual(names);
    expect(() => choose(filter)).toThrow(expect.objectContaining({ status: 400 }));
  });

  it.each([
    "",
    "Label['type'] HAS ()",
    "Label['type'] HAS 'agw.mcp.server'",
    "Label[type] HAS ('x')",
    "Label['type'] has ('x')",
    "Label['type'] HAS ('x') and Label['type'] HAS ('y')",
    "Label['type'] HAS ('x') OR Label['type'] HAS ('y')",
    "Label['type'] HAS ('x') AND Name in ('mcp')",
    "Label['type'] HAS ('it's')",
    "Label['type'] HAS ('100%')",
    "Label%5B'type'%5D HAS ('x')",
    "Name in ()",
    "Name in 'mcp'",
    "Name eq 'mcp'",
    "modifiedwithin('0', 'minutes')",
    "modifiedwithin('1441', 'minutes')",
    "modifiedwithin('1', 'hours')",
  ])("refuses %j", (filter) => {
    expect(() => choose(filter, "Destinations")).toThrow(expect.objectContaining({ status: 400 }));
  });
});
