/** How fast the event stream of a response is resumed. */
import type { ReconnectionScheduler } from "@modelcontextprotocol/client";
import type { SentMessage } from "./session-call.ts";

/** So many times, the server alone says when. */
const FREE_RESUMES = 4;
/** The first pause of ours; each is twice as long as the one before. */
const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 1_000;

/**
 * Makes a scheduler that resumes a stream when the server wants it, and after a few times at a bounded pace: a server could ask
 * for the next request after no time at all. The number is bounded by the responses that a call may have.
 */
export function pacedResumes(current: () => SentMessage | undefined): ReconnectionScheduler {
  return (resume, delay) => {
    const timer = setTimeout(resume, Math.max(delay, resumePause(current()?.resumes)));
    return () => clearTimeout(timer);
  };
}

/** Returns the shortest pause before the next resume, in milliseconds. */
export function resumePause(resumes = 0): number {
  if (resumes < FREE_RESUMES) return 0;
  return Math.min(FIRST_PAUSE_MS * 2 ** (resumes - FREE_RESUMES), MAX_PAUSE_MS);
}
