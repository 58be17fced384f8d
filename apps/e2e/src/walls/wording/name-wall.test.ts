import { describe, expect, it } from "vitest";
import { offenders } from "../known-offenders.test-support.ts";
import { againstKnown } from "../offender-list.ts";
import { readText } from "../repository.ts";
import { workspacePackages } from "../workspace-packages.ts";
import { houseWords } from "./house-words.ts";
import { nameViolations } from "./name-wall.ts";

const found = (source: string, { file = "packages/core/src/a.ts", shortName = "core" } = {}) =>
  nameViolations({ shortName }, { file, source });

describe("nameViolations", () => {
  it.each([
    ["const tokenAnswer = 1;", "tokenAnswer"],
    ["function f({ a: [answer = 1] }) {}", "answer"],
    ["interface DestinationAnswer {}", "DestinationAnswer"],
    ["type A = { readonly answer: string };", "answer"],
    ["class A { #answer = 1; }", "answer"],
    ["class A { get answer() { return 1; } }", "answer"],
    ["class A { readAnswer() {} }", "readAnswer"],
    ["try {} catch (answer) {}", "answer"],
    ["for (const LAST_ANSWER of all) {}", "LAST_ANSWER"],
  ])("refuses %s", (source, name) => {
    expect(found(source)).toEqual([`packages/core/src/a.ts declares ${name}: say response`]);
  });

  it.each([
    "function answerJson() {}",
    "const answer = () => 1;",
    "interface A { answer(call: string): void }",
    "interface A { readonly answer: () => void }",
    "const answered = 1;",
    "const unanswerable = 1;",
    "f(theirs.answer, { answer: 1 });",
    "// the answer\nconst a = 'answer';",
  ])("accepts %s", (source) => {
    expect(found(source)).toEqual([]);
  });

  it.each([
    ["const flight = 1;", true],
    ["class Flights {}", true],
    ["interface OperationFlight {}", true],
    ["const inFlight = 1;", false],
    ["class SingleFlight {}", false],
    ["const preflight = 1;", false],
    ["class SessionLost {}", true],
    ["class SessionLostError {}", false],
    ["class CacheMemory {}", true],
    ["const memory = 1;", false],
    ["class CallTokens {}", true],
    ["class TLSWitness {}", true],
    ["const x = default_fault;", false],
    ["const defaults = 1;", false],
  ])("refuses %s: %s", (source, refused) => {
    expect(found(source)).toHaveLength(refused ? 1 : 0);
  });

  it("says of each word once what is wrong with it", () => {
    expect(
      found("const b = { answer, flight, noAnswer, f(answer) {} }; let answer, flight, anAnswer;"),
    ).toEqual([
      "packages/core/src/a.ts declares anAnswer, answer: say response",
      "packages/core/src/a.ts declares flight: say request in flight",
    ]);
  });

  it("keeps the names that users write, where they write them", () => {
    const source = "interface A { readonly onAnswer: string; readonly answer: string }";
    const file = "apps/mock-sts/src/config/config-tools.ts";
    expect(found(source, { file, shortName: "mock-sts" })).toEqual([]);
    expect(found(source)).toEqual([
      "packages/core/src/a.ts declares answer, onAnswer: say response",
    ]);
  });

  it("lets the mock have its faults, and agents answers", () => {
    expect(found("const answers = [];", { shortName: "examples" })).toEqual([]);
    expect(found("interface FaultSpec {}")).toHaveLength(1);
    expect(found("interface FaultSpec {}", { shortName: "mock-sts" })).toEqual([]);
  });

  it("reads the names of files, of tests too, but not what tests declare", () => {
    const file = "packages/core/src/deep/token-answer.test.ts";
    expect(found("const answer = 1;", { file })).toEqual([`${file} is named so: say response`]);
    expect(found("", { file: "packages/core/src/single-flight.ts" })).toEqual([]);
    expect(found("", { file: "packages/core/src/flights.ts" })).toHaveLength(1);
  });
});

describe("houseWords", () => {
  it("do not say what they refuse", () => {
    const refused = houseWords.filter(({ instead }) =>
      houseWords.some(({ pattern }) => pattern.test(instead)),
    );
    expect(refused).toEqual([]);
  });
});

describe("the workspace", () => {
  it("is named by the words of its field", () => {
    const violations = workspacePackages().flatMap((pkg) =>
      pkg.sources.flatMap((file) => nameViolations(pkg, { file, source: readText(file) })),
    );
    expect(againstKnown(violations, offenders.names)).toEqual([]);
  });
});
