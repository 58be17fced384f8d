import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stackFrames } from "./stack-frames.ts";

const withStack = (...lines: string[]) =>
  Object.assign(new Error("m"), { stack: ["Error: m", ...lines].join("\n") });
const frame = (text: string) => `    at ${text}`;

describe("stackFrames", () => {
  it.each([
    "getToken (/app/node_modules/.pnpm/@scope+name@1.2.3_zod@4/node_modules/x/dist/index.js:10:5)",
    "async Promise.all (index 0)",
    "Array.map (<anonymous>)",
    "JSON.parse (<anonymous>)",
    "new Foo (file:///app/src/foo.mts:1:1)",
    "async ChainedSource.getToken (file:///C:/app%20one/foo.js:1:1)",
    String.raw`Object.<anonymous> (C:\srv\app\index.cjs:1:1)`,
    "process.processTicksAndRejections (node:internal/process/task_queues:105:5)",
    "node:internal/main/run_main_module:36:49",
    "/app/index.ts:1:1",
    "async file:///app/index.tsx:1:1",
    "get Foo.bar [as baz] (/app/(group)/[id]/page.js:1:1)",
    "#ask (/app/index.js:1:1)",
  ])("keeps %s", (text) => {
    expect(stackFrames(withStack(frame(text)))).toEqual([frame(text)]);
  });

  it.each([
    "s3ntinel",
    "s3ntinel:1:1",
    "f (s3ntinel:1:1)",
    "f (/s3ntinel:1:1)",
    "f (https://host/app.js?token=s3ntinel:1:1)",
    "f (file:///app.js?token=s3ntinel:1:1)",
    "f (/app.js?token=s3ntinel:1:1)",
    "f (/app/s3ntinel=.js:1:1)",
    "f (data:text/javascript,s3ntinel:1:1)",
    "f (evalmachine.<s3ntinel>:1:1)",
    "eval (eval at s3ntinel (/app.js:1:1), <anonymous>:1:1)",
    `f (/${"s3ntinel".repeat(16)}.js:1:1)`,
    `${"s3ntinel".repeat(11)} (/app.js:1:1)`,
    'f ("s3ntinel" /app.js:1:1)',
    "f (/app.js:1:1) s3ntinel",
    "f (/app.js:s3ntinel:1)",
  ])("leaves out %s, and goes on", (text) => {
    const last = frame("g (/app.js:1:1)");
    expect(stackFrames(withStack(frame(text), last))).toEqual([last]);
  });

  it("ends at the first line that is no frame", () => {
    const first = frame("f (/app.js:1:1)");
    const stack = withStack(first, "<body>s3ntinel", frame("s3ntinel (/app.js:1:1)"));
    expect(stackFrames(stack)).toEqual([first]);
  });

  it("counts nothing that the message itself says", () => {
    const message = `a\n${frame("s3ntinel (/app.js:1:1)")}`;
    const error = new Error(message);
    error.stack = `Error: ${message}\n${frame("f (/app.js:1:1)")}`;
    expect(stackFrames(error)).toEqual([frame("f (/app.js:1:1)")]);
  });

  it("keeps those of a real error", () => {
    const frames = stackFrames(new TypeError("several\nlines"));
    expect(frames[0]).toMatch(/stack-frames\.test\.ts:\d+:\d+\)?$/);
    expect(frames.length).toBeGreaterThan(1);
  });

  it("bears whatever a stack and a message are", () => {
    fc.assert(
      fc.property(fc.anything(), fc.oneof(fc.anything(), fc.string()), (stack, message) => {
        const error = new Error();
        Object.defineProperty(error, "stack", { value: stack });
        Object.defineProperty(error, "message", { value: message });
        expect(stackFrames(error).join("\n").length).toBeLessThan(16_384);
      }),
    );
    expect(stackFrames(withStack(frame("/".repeat(500))))).toEqual([]);
    expect(stackFrames(withStack(frame(`/${"a ".repeat(250)}`)))).toEqual([]);
  });
});
