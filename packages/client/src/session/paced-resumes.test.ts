import { describe, expect, it } from "vitest";
import { resumePause } from "./paced-resumes.ts";

describe("resumePause", () => {
  it.each([
    [undefined, 0],
    [3, 0],
    [4, 50],
    [5, 100],
    [8, 800],
    [9, 1_000],
    [1_023, 1_000],
  ])("after %s resumes is %i ms", (resumes, pause) => {
    expect(resumePause(resumes)).toBe(pause);
  });
});
