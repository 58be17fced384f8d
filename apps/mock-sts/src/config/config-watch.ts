import { type FSWatcher, watch } from "node:fs";
import { realpath } from "node:fs/promises";
import { dirname } from "node:path";
import { readConfigText } from "./config-file.ts";

/** Listeners to a watched file. */
export interface ConfigWatcher {
  /** Called with the new text whenever the text of the file has changed. */
  readonly onText: (text: string) => void;
  /** Called when the file or its folder can no longer be read. */
  readonly onError: (error: unknown) => void;
}

/** How long a file must stay unchanged before it is read, in milliseconds: editors write in steps. */
const QUIET_MS = 50;

/**
 * Watches a file whose text is known, until the returned function is called.
 *
 * The folder is watched, and the folder that a link leads to: editors and configuration maps
 * replace the file. The text counts, not the kind of event.
 */
export async function watchConfigText(
  file: string,
  known: string,
  { onText, onError }: ConfigWatcher,
): Promise<() => void> {
  let last: string | undefined = known;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let turn = Promise.resolve();
  const read = async () => {
    try {
      const text = await readConfigText(file);
      if (isClosed || text === last) return;
      last = text;
      onText(text);
    } catch (error) {
      if (isClosed || last === undefined) return;
      last = undefined;
      onError(error);
    }
  };
  const schedule = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      turn = turn.then(read);
    }, QUIET_MS).unref();
  };
  const folders = new Set([dirname(file), dirname(await realpath(file).catch(() => file))]);
  const watchers = [...folders].map((folder) => watchFolder(folder, schedule, onError));
  // It may have changed before the folder was watched.
  schedule();
  return () => {
    isClosed = true;
    clearTimeout(timer);
    for (const watcher of watchers) watcher?.close();
  };
}

function watchFolder(
  folder: string,
  onEvent: () => void,
  onError: (error: unknown) => void,
): FSWatcher | undefined {
  try {
    return watch(folder, { persistent: false }, onEvent).on("error", onError);
  } catch (error) {
    onError(error);
    return undefined;
  }
}
