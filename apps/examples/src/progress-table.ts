/** Where a table is written to: a terminal, a file, a test. */
export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** What is counted, from the beginning on. */
export interface Counts {
  readonly toolCalls: number;
  readonly httpRequests: number;
  readonly tokenRequests: number;
  readonly cacheHits: number;
}

const TITLES: Readonly<Record<keyof Counts, string>> = {
  toolCalls: "tool calls",
  httpRequests: "HTTP requests",
  tokenRequests: "token requests",
  cacheHits: "cache hits",
};
const COLUMNS = Object.keys(TITLES) as (keyof Counts)[];
const NAME_WIDTH = 40;
const FRAME_MS = 100;

/** A table that gets a row for each step; on a terminal the row counts up while its step is under way. */
export class ProgressTable {
  readonly #output: Output;
  readonly #count: () => Counts;
  readonly #started = performance.now();

  constructor(output: Output, count: () => Counts) {
    this.#output = output;
    this.#count = count;
    output.write(
      line(
        "step",
        COLUMNS.map((column) => TITLES[column]),
        "time",
      ),
    );
  }

  /** Runs a step and writes what was counted during it. */
  async row(name: string, step: () => Promise<unknown>): Promise<void> {
    const before = this.#count();
    const started = performance.now();
    const text = () => row(name, difference(this.#count(), before), performance.now() - started);
    const frames = this.#output.isTTY ? setInterval(() => this.#draw(text()), FRAME_MS) : undefined;
    try {
      await step();
    } finally {
      clearInterval(frames);
      if (frames !== undefined) this.#output.write("\r\x1b[K");
    }
    this.#output.write(text());
  }

  /** Writes the sums and returns them. */
  total(): Counts {
    const counts = this.#count();
    this.#output.write(row("total", counts, performance.now() - this.#started));
    return counts;
  }

  #draw(text: string): void {
    this.#output.write(`\r\x1b[K${text.trimEnd()}`);
  }
}

function row(name: string, counts: Counts, elapsedMs: number): string {
  const cells = COLUMNS.map((column) => `${counts[column]}`);
  return line(name, cells, `${(elapsedMs / 1_000).toFixed(2)} s`);
}

function line(name: string, cells: readonly string[], time: string): string {
  const padded = cells.map((cell, i) =>
    cell.padStart(TITLES[COLUMNS[i] ?? "toolCalls"].length + 2),
  );
  return `${name.padEnd(NAME_WIDTH)}${padded.join("")}${time.padStart(9)}\n`;
}

function difference(now: Counts, before: Counts): Counts {
  return {
    toolCalls: now.toolCalls - before.toolCalls,
    httpRequests: now.httpRequests - before.httpRequests,
    tokenRequests: now.tokenRequests - before.tokenRequests,
    cacheHits: now.cacheHits - before.cacheHits,
  };
}
