import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** Starts a Node process that runs `code` with a store on `path`, and returns what it prints, line by line. */
export function storeProcess(path: string, code: string): StoreProcess {
  const url = new URL("./sqlite-store.ts", import.meta.url);
  const script = `
    import { sqliteStore } from ${JSON.stringify(fileURLToPath(url))};
    const store = sqliteStore({ path: ${JSON.stringify(path)} });
    // What nothing refers to is closed by the garbage collector, and its locks end.
    globalThis.store = store;
    ${code}
  `;
  const child = spawn(
    process.execPath,
    ["--conditions=@agent-oauth/source", "--input-type=module", "--eval", script],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  onTestFinished(() => {
    child.kill("SIGCONT");
    child.kill("SIGKILL");
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const ended = once(child, "close");
  return {
    child,
    async until(text) {
      while (!output.includes(text))
        await Promise.race([once(child.stdout, "data"), failed(ended, () => output)]);
    },
    async end() {
      await ended;
      return output;
    },
  };
}

export interface StoreProcess {
  readonly child: ChildProcess;
  /** Resolves when the process has printed the text. */
  until(text: string): Promise<void>;
  /** Resolves with all that the process printed when it has ended. */
  end(): Promise<string>;
}

async function failed(ended: Promise<unknown>, output: () => string): Promise<never> {
  await ended;
  throw new Error(`the process ended: ${output()}`);
}
