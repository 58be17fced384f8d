import type { RecordedRequest } from "../../recording/recorded-request.ts";
import { formatRequest, requestFields } from "./request-log.ts";
import { createPaint } from "./terminal-style.ts";

/** Ways to log requests, as `--log` names them. */
export const LOG_FORMATS = ["pretty", "json", "off"] as const;

/** How requests are logged. */
export type LogFormat = (typeof LOG_FORMATS)[number];

/** Reports what happens: as text for people, or as one JSON object per line for programs. */
export interface CliLog {
  /** Reports a request that has its response. */
  request(request: RecordedRequest): void;
  /** Reports any other event. */
  event(event: LogEvent): void;
}

/** Something that happened. */
export interface LogEvent {
  /** A word for programs. */
  readonly event: string;
  /** A sentence for both. */
  readonly message: string;
  /** More, for programs. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** The text that people read in place of the message, printed unchanged. */
  readonly screen?: string;
  /** Whether something is wrong. */
  readonly isProblem?: boolean;
}

/** Creates a log. */
export function createLog(
  format: LogFormat,
  { print, colors }: { readonly print: (text: string) => void; readonly colors: boolean },
): CliLog {
  if (format === "json") return createJsonLog(print);
  const paint = createPaint({ colors });
  return {
    request(request) {
      if (format === "pretty") print(`${formatRequest(request, paint)}\n`);
    },
    event({ message, screen, isProblem = false }) {
      const time = paint("dim", new Date().toISOString().slice(11, 19));
      print(screen ?? `${time} ${paint(isProblem ? "red" : "cyan", message)}\n`);
    },
  };
}

function createJsonLog(print: (text: string) => void): CliLog {
  const write = (at: number, fields: Readonly<Record<string, unknown>>) =>
    print(`${asciiJson({ time: new Date(at).toISOString(), ...fields })}\n`);
  return {
    request: (request) => write(request.at, { event: "request", ...requestFields(request) }),
    event: ({ event, message, fields }) => write(Date.now(), { event, message, ...fields }),
  };
}

/** JSON escapes line ends, but not all characters that control a terminal. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\x7f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
