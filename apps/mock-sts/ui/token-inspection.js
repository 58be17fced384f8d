/** @import { Model } from "./model.js" */
/** @import { MockClient } from "./mock-client.js" */
import { MockError, messageOf } from "./mock-client.js";
import { shownToken } from "./request-tokens.js";

/**
 * Creates the inspection of a token.
 *
 * @param {Model} model
 * @param {{ mock: MockClient, onChange: () => void }} options
 */
export function createTokenInspection(model, { mock, onChange }) {
  /** Verifies the shown token, a new one or the same one again. */
  const verify = async () => {
    const request = model.requests.find(({ id }) => id === model.selectedId);
    const fingerprint = shownToken(request, model.selectedRole)?.token.fingerprint;
    if (fingerprint === undefined) {
      model.inspection = undefined;
      return;
    }
    const isSame = model.inspection?.fingerprint === fingerprint;
    if (!isSame) model.inspection = { fingerprint };
    try {
      tell(fingerprint, { verdict: await mock.get(`/tokens/${fingerprint}`), problem: undefined });
    } catch (error) {
      tell(fingerprint, { problem: messageOf(error) });
    }
  };
  /**
   * @param {string} fingerprint
   * @param {Partial<import("./model.js").TokenInspection>} news
   */
  const tell = (fingerprint, news) => {
    // The user may look at another one by now.
    if (model.inspection?.fingerprint !== fingerprint) return;
    model.inspection = { ...model.inspection, ...news };
    onChange();
  };
  return {
    verify,
    /** Shows the value of the inspected token, or asks for the admin token. */
    reveal: async () => {
      const { fingerprint } = model.inspection ?? {};
      if (fingerprint === undefined) return;
      try {
        const { token } = await mock.get(`/tokens/${fingerprint}/value`);
        model.isAskingForToken = false;
        tell(fingerprint, { value: token });
      } catch (error) {
        model.isAskingForToken = error instanceof MockError && error.status === 401;
        if (!model.isAskingForToken) tell(fingerprint, { problem: messageOf(error) });
        onChange();
      }
    },
    hide: () => {
      if (model.inspection !== undefined) model.inspection.value = undefined;
      onChange();
    },
  };
}
