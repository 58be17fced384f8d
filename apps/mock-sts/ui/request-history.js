/** @import { RecordedRequest } from "./mock-data.ts" */

/** The highest number of requests that the page keeps; the mock keeps more. */
export const MAX_REQUESTS = 2_000;

/**
 * Returns the requests with a new or updated one, in the order of arrival.
 *
 * @param {readonly RecordedRequest[]} requests
 * @param {RecordedRequest} request
 * @returns {readonly RecordedRequest[]}
 */
export function withRequest(requests, request) {
  const index = requests.findLastIndex(({ id }) => id <= request.id);
  const isKnown = requests[index]?.id === request.id;
  return requests
    .slice(0, isKnown ? index : index + 1)
    .concat(request, requests.slice(index + 1))
    .slice(-MAX_REQUESTS);
}
