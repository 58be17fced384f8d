import { metrics, trace } from "@opentelemetry/api";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import { afterEach, describe, expect, it } from "vitest";
import { createTokenTelemetry } from "./create-token-telemetry.ts";
import { openSdk } from "./telemetry.test-support.ts";
import type { TokenTelemetryOptions } from "./telemetry-options.ts";

afterEach(() => {
  metrics.disable();
  trace.disable();
});

describe("createTokenTelemetry: options", () => {
  const fields = 'must be a list of some of "audience", "resource", "tenant", "identity"';
  const number = "must be a whole number from 1 to 1048576";
  it.each([
    [{ name: " " }, TypeError, '"name" must be a string that is not blank'],
    [{ name: 1 }, TypeError, '"name" must be a string that is not blank'],
    [{ meterProvider: {} }, TypeError, '"meterProvider" must be an object with a function'],
    [{ tracerProvider: null }, TypeError, '"tracerProvider" must be an object with a function'],
    [{ clock: {} }, TypeError, '"clock" must be an object with a function "now"'],
    [{ metricAttributes: ["subject"] }, TypeError, `"metricAttributes" ${fields}`],
    [{ metricAttributes: "tenant" }, TypeError, `"metricAttributes" ${fields}`],
    [{ spanAttributes: ["fingerprint"] }, TypeError, `"spanAttributes" ${fields}`],
    [{ maxOpenSpans: "2" }, TypeError, '"maxOpenSpans" must be a number, not a string'],
    [
      { metricAttributes: ["audiance"] },
      TypeError,
      `"metricAttributes" ${fields}; did you mean "audience"?`,
    ],
    [
      { maxOpenSpan: undefined },
      TypeError,
      'there is no option "maxOpenSpan"; did you mean "maxOpenSpans"?',
    ],
    [null, TypeError, "the options must be a plain object, not null"],
    ["s3cret", TypeError, "the options must be a plain object, not a string"],
    [new Map(), TypeError, "the options must be a plain object, not an instance of Map"],
    [{ maxOpenSpans: 0 }, RangeError, `"maxOpenSpans" ${number}, not 0`],
    [{ maxOpenSpans: 1.5 }, RangeError, `"maxOpenSpans" ${number}, not 1.5`],
    [{ maxOpenSpans: 1_048_577 }, RangeError, `"maxOpenSpans" ${number}, not 1048577`],
  ])("refuses %j", (options, type, message) => {
    const create = () => createTokenTelemetry(options as TokenTelemetryOptions);
    expect(create).toThrow(type);
    expect(create).toThrow(`Cannot create token telemetry: ${message}`);
  });

  it("takes the limits of the range, and lists of no fields", () => {
    for (const maxOpenSpans of [1, 1_048_576]) {
      createTokenTelemetry({ maxOpenSpans, metricAttributes: [], spanAttributes: [] }).close();
    }
  });

  it("uses the global providers, and does nothing where there are none", async () => {
    const { providers, spans, values } = openSdk();
    const start = { type: "request-start", identity: "i", at: 0, requestId: 1 } as const;
    const end = { type: "request-end", identity: "i", at: 5, requestId: 1 } as const;
    const tellBoth = () => {
      const telemetry = createTokenTelemetry();
      telemetry.onEvent({ ...start, reason: "miss" });
      telemetry.onEvent({ ...end, durationMs: 5 });
      telemetry.close();
    };
    tellBoth();
    metrics.setGlobalMeterProvider(providers.meterProvider);
    trace.setGlobalTracerProvider(providers.tracerProvider);
    tellBoth();
    expect(spans()).toHaveLength(1);
    expect(await values("agent_oauth.token.requests")).toMatchObject([[{}, 1]]);
  });

  it("passes no error of a span processor on", () => {
    const { providers } = openSdk();
    const heard: string[] = [];
    const failing = (name: string) => () => {
      heard.push(name);
      if (heard.length > 1) throw new Error("full");
    };
    const done = () => Promise.resolve();
    const [onStart, onEnd] = [failing("start"), failing("end")];
    const processor = { onStart, onEnd, forceFlush: done, shutdown: done };
    const tracerProvider = new TracerProvider({ spanProcessors: [processor] });
    const { onEvent, close } = createTokenTelemetry({ ...providers, tracerProvider });
    const event = { type: "request-start", identity: "i", at: 0, reason: "miss" } as const;
    expect(() => onEvent({ ...event, requestId: 1 })).not.toThrow();
    expect(() => onEvent({ ...event, requestId: 2 })).not.toThrow();
    expect(close).not.toThrow();
    expect(heard).toEqual(["start", "start", "end"]);
  });

  it("registers nothing globally", () => {
    const { providers } = openSdk();
    createTokenTelemetry(providers).close();
    // The first to register is let in.
    expect(metrics.setGlobalMeterProvider(providers.meterProvider)).toBe(true);
    expect(trace.setGlobalTracerProvider(providers.tracerProvider)).toBe(true);
  });
});
