import { describe, expect, it } from "vitest";
import { HiddenNames } from "./hidden-names.ts";

describe("HiddenNames", () => {
  const hide = (name: string) => `hidden ${name}`;

  it("shows the names that were hidden, and nothing of others", () => {
    const names = new HiddenNames(hide);
    names.hide("alice");
    const show = names.show.bind(names);
    expect(show({ type: "evicted", mark: "hidden alice" })).toEqual({
      type: "evicted",
      mark: "alice",
    });
    expect(show({ type: "written", key: "hidden alice" })).toEqual({
      type: "written",
      key: "alice",
    });
    expect(show({ type: "evicted", mark: "hidden bob" })).toBeUndefined();
    expect(show({ type: "doubtful" })).toEqual({ type: "doubtful" });
  });

  it("makes everything doubtful for an unknown name once names had to be forgotten", () => {
    const names = new HiddenNames(hide, 2);
    for (const name of ["alice", "bob", "bob"]) names.hide(name);
    expect(names.show({ type: "evicted", mark: "hidden carol" })).toBeUndefined();
    names.hide("carol");
    expect(names.show({ type: "evicted", mark: "hidden alice" })).toEqual({ type: "doubtful" });
    expect(names.show({ type: "evicted", mark: "hidden bob" })).toMatchObject({ mark: "bob" });
  });
});
