/** @import { Model } from "./model.js" */
/** @import { MockClient } from "./mock-client.js" */
import { copyText } from "./copy-text.js";
import { messageOf } from "./mock-client.js";

/**
 * The commands of the user. Each command shows its result in the notice.
 *
 * @typedef {ReturnType<typeof createCommands>} Commands
 */

/**
 * @param {Model} model
 * @param {{ mock: MockClient, onChange: () => void }} options
 */
export function createCommands(model, { mock, onChange }) {
  /**
   * @param {() => Promise<string>} command
   */
  const run = async (command) => {
    try {
      model.notice = { text: await command(), isError: false };
    } catch (error) {
      model.notice = { text: messageOf(error), isError: true };
    }
    onChange();
  };
  return {
    ...clockCommands(mock, run),
    ...faultCommands(mock, run),
    ...tokenCommands(mock, run),
    /** @param {string} text */
    copy: (text) =>
      run(async () => {
        await copyText(text);
        return "The command is copied: paste it into a terminal.";
      }),
    /** @param {string} name */
    applyScenario: (name) =>
      run(async () => {
        await mock.post(`/scenarios/${encodeURIComponent(name)}/apply`);
        return `Scenario ${name} is on.`;
      }),
    reset: () =>
      run(async () => {
        await mock.post("/reset");
        return "Faults, settings and clock are as at the start.";
      }),
    clearLog: () =>
      run(async () => {
        await mock.delete("/requests");
        return "The log is empty.";
      }),
  };
}

/** @typedef {(command: () => Promise<string>) => Promise<void>} Run */

/**
 * @param {MockClient} mock
 * @param {Run} run
 */
function clockCommands(mock, run) {
  return {
    /**
     * @param {number} ms
     * @param {string} span
     */
    advanceClock: (ms, span) =>
      run(async () => {
        await mock.post("/clock/advance", { ms });
        return `The clock was moved by ${span}.`;
      }),
    freezeClock: () =>
      run(async () => {
        await mock.post("/clock/freeze");
        return "The clock stands still.";
      }),
    releaseClock: () =>
      run(async () => {
        await mock.post("/clock/release");
        return "The clock runs on.";
      }),
    resetClock: () =>
      run(async () => {
        await mock.post("/clock/release");
        await mock.post("/clock/offset", { offsetMs: 0 });
        return "The clock shows the machine’s time.";
      }),
  };
}

/**
 * @param {MockClient} mock
 * @param {Run} run
 */
function faultCommands(mock, run) {
  return {
    /** @param {unknown} fault */
    addFault: (fault) =>
      run(async () => {
        const { id } = await mock.post("/faults", fault);
        return `Fault ${id} is set.`;
      }),
    /** @param {number} id */
    removeFault: (id) =>
      run(async () => {
        await mock.delete(`/faults/${id}`);
        return `Fault ${id} is taken back.`;
      }),
    removeFaults: () =>
      run(async () => {
        await mock.delete("/faults");
        return "All faults are taken back.";
      }),
  };
}

/**
 * @param {MockClient} mock
 * @param {Run} run
 */
function tokenCommands(mock, run) {
  return {
    /**
     * @param {unknown} target
     * @param {string} whose
     */
    revoke: (target, whose) =>
      run(async () => {
        const { revoked } = await mock.post("/revoke", target);
        return `${revoked} ${revoked === 1 ? "token" : "tokens"} ${whose} revoked.`;
      }),
    rotateKeys: () =>
      run(async () => {
        await mock.post("/rotate-keys");
        return "Each issuer has a new signing key, and the old ones still verify.";
      }),
    forgetSessions: () =>
      run(async () => {
        await mock.post("/forget-sessions");
        return "All MCP sessions are forgotten.";
      }),
    /** @param {number} seconds */
    setLifetime: (seconds) =>
      run(async () => {
        await mock.patch("/settings", { tokenLifetimeMs: seconds * 1_000 });
        return `New access tokens live for ${seconds} seconds.`;
      }),
  };
}
