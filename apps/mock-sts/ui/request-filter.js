/** @import { RecordedRequest } from "./mock-data.ts" */
/** @import { Model } from "./model.js" */
import { actionOf, audienceOf, kindOf, outcomeOf, partiesOf } from "./request-facts.js";
import { tokensOf } from "./request-tokens.js";

/**
 * Lists the requests that the timeline shows, the newest first.
 *
 * @param {Pick<Model, "requests" | "filter">} model
 * @returns {readonly RecordedRequest[]}
 */
export function shownRequests({ requests, filter: { kind, text } }) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const isShown = (/** @type {RecordedRequest} */ request) => {
    if (kind !== "all" && kindOf(request) !== kind) return false;
    const about = words.length > 0 ? wordsOf(request) : "";
    return words.every((word) => about.includes(word));
  };
  return requests.filter(isShown).reverse();
}

/** @param {RecordedRequest} request */
function wordsOf(request) {
  const { subject, actor } = partiesOf(request);
  const { label, detail } = outcomeOf(request);
  const { clientId, tenant, path, route } = request;
  const facts = [actionOf(request), audienceOf(request), subject, actor, label, detail];
  const tokens = tokensOf(request).map(({ token }) => token.fingerprint);
  return [...facts, ...tokens, clientId, tenant, path, route].join(" ").toLowerCase();
}
