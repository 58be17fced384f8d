/**
 * Describes how well the agents cache: a figure, and what it counts.
 *
 * A small ratio is told by its inverse: `0.00` would look the same for 250 and for 25 000 calls.
 *
 * @param {{ tokenRequests: number, toolCalls: number }} counts
 */
export function cacheEffect({ tokenRequests, toolCalls }) {
  const label = "token requests per tool call";
  if (toolCalls === 0) return { figure: "–", label };
  if (tokenRequests === 0) return { figure: "0", label };
  const ratio = tokenRequests / toolCalls;
  if (ratio >= SMALLEST_RATIO) return { figure: ratio.toFixed(2), label };
  return {
    figure: `1 request per ${Math.round(1 / ratio)} calls`,
    label: "token requests and tool calls",
  };
}

/** Below it, two digits after the point say too little. */
const SMALLEST_RATIO = 0.1;
