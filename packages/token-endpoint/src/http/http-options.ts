import { X509Certificate } from "node:crypto";
import { type Clock, systemClock } from "@agent-oauth/core";
import { functionOption, MAX_TIMER_MS, numberOption, sleep } from "@agent-oauth/core/internal";
import type { Dispatcher } from "undici";
import { pemCertificates } from "../pem/pem-text.ts";
import type { DispatcherTls } from "./dispatcher-tls.ts";

/** How requests are sent, whatever they are for. */
export interface HttpOptions {
  /** PEM certificates of the authorities that are trusted in place of Node's; default Node's. */
  readonly ca?: string | readonly string[];
  /** Limit of one request with its retries, in milliseconds. Default 60 000. */
  readonly timeoutMs?: number;
  /** Limit of connecting with its TLS handshake, in milliseconds. Default 10 000. */
  readonly connectTimeoutMs?: number;
  /** Longest response read, decompressed, in bytes. Default 1 048 576. */
  readonly maxResponseBytes?: number;
  /**
   * Makes the undici dispatcher that carries all requests, to add a proxy for example; called again when the
   * certificate was replaced. Who made the connections closes it. Default an `Agent`.
   */
  readonly dispatcher?: (tls: DispatcherTls) => Dispatcher;
  /** Default the machine's clocks. */
  readonly clock?: Clock;
  /** Returns a number from 0 up to 1, for the jitter of retries. Default `Math.random`. */
  readonly random?: () => number;
  /** Waits before a retry or between the requests of a poll; rejects with the signal's reason when it is aborted. Default a timer. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The options with their defaults, checked. */
export interface CheckedHttpOptions extends Required<Omit<HttpOptions, "ca" | "dispatcher">> {
  readonly ca: readonly string[] | undefined;
  readonly dispatcher: HttpOptions["dispatcher"] | undefined;
}

/**
 * Checks how requests are sent, and fills in the defaults.
 *
 * @param doing completes "Cannot …".
 * @throws TypeError or RangeError naming the option.
 */
export function checkHttpOptions(options: HttpOptions, doing: string): CheckedHttpOptions {
  const positive = (option: "timeoutMs" | "connectTimeoutMs" | "maxResponseBytes") =>
    numberOption(options[option] === undefined ? DEFAULTS[option] : options[option], {
      option,
      doing,
      min: 1,
      max: MAX_TIMER_MS,
    });
  return {
    ca: certificates(options.ca, doing),
    timeoutMs: positive("timeoutMs"),
    connectTimeoutMs: positive("connectTimeoutMs"),
    maxResponseBytes: positive("maxResponseBytes"),
    dispatcher: functionOption(options.dispatcher, { option: "dispatcher", doing }),
    clock: options.clock ?? systemClock,
    random: functionOption(options.random, { option: "random", doing }) ?? Math.random,
    sleep: functionOption(options.sleep, { option: "sleep", doing }) ?? sleep,
  };
}

const DEFAULTS = { timeoutMs: 60_000, connectTimeoutMs: 10_000, maxResponseBytes: 1_048_576 };

function certificates(ca: unknown, doing: string): readonly string[] | undefined {
  const list: unknown[] = Array.isArray(ca) ? ca : ca === undefined ? [] : [ca];
  const texts = list.flatMap((pem) => {
    const verdict = pemCertificates(pem);
    if ("texts" in verdict) return verdict.texts;
    throw unusableAuthorities(verdict.damage, doing);
  });
  for (const [index, text] of texts.entries()) {
    if (!parses(text)) {
      throw unusableAuthorities(
        `has ${texts.length}, of which number ${index + 1} does not parse`,
        doing,
      );
    }
  }
  return texts.length > 0 ? texts : undefined;
}

function parses(certificate: string): boolean {
  try {
    new X509Certificate(certificate);
    return true;
  } catch {
    return false;
  }
}

function unusableAuthorities(damage: string, doing: string): TypeError {
  return new TypeError(
    `Cannot ${doing}: "ca" must be PEM certificates, as text and not as a file's name; what was given ${damage}`,
  );
}
