import { foreignMember } from "./foreign-error.ts";

/** V8 records ten frames by default. */
const MAX_FRAMES = 16;
const MAX_FRAME_LENGTH = 512;
/** How many characters of a stack are read. After a longer message, no frames are read. */
const MAX_STACK_LENGTH = 16_384;

const SEGMENT = String.raw`[\w.@+~%()\[\] -]{1,120}`;
const ROOT = String.raw`(?:file:\/\/)?(?:\/|[A-Za-z]:[\\/]|\/[A-Za-z]:\/)`;
const FILE = String.raw`${ROOT}(?:${SEGMENT}[\\/]){0,40}${SEGMENT}\.[cm]?[jt]sx?`;
const PLACE = String.raw`(?:node:[a-z\d_/]{1,80}|${FILE}):\d{1,7}:\d{1,7}`;
const FUNCTION = String.raw`(?:async |new |get |set )*[\w$#<>.]{1,80}(?: \[as [\w$#.]{1,48}\])?`;
const FRAME = new RegExp(
  String.raw`^ {4}at (?:(?:async )?${PLACE}|${FUNCTION} \((?:${PLACE}|<anonymous>|native|index \d{1,7})\))$`,
);

/**
 * Returns the frames of an error's stack: lines in the format of V8 that name a script by its path. It leaves out lines with
 * any other address (`https:`, `data:`) or a query, and everything from the first line on that is not a frame.
 */
export function stackFrames(error: Error): readonly string[] {
  const stack = foreignMember(error, "stack");
  const message = foreignMember(error, "message");
  if (typeof stack !== "string" || typeof message !== "string") return [];
  if (message.length > MAX_STACK_LENGTH) return [];
  // The message was changed after the stack was recorded, so the end of the message in the stack is unknown.
  if (!stack.slice(0, MAX_STACK_LENGTH).includes(message)) return [];
  // A message of several lines could imitate a frame, so only the lines after the message count.
  const lines = stack.slice(0, MAX_STACK_LENGTH).split("\n").slice(message.split("\n").length);
  const end = lines.findIndex((line) => !line.startsWith("    at "));
  return lines
    .slice(0, end === -1 ? lines.length : end)
    .filter((line) => line.length <= MAX_FRAME_LENGTH && FRAME.test(line))
    .slice(0, MAX_FRAMES);
}
