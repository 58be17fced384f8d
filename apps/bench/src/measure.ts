/** One thing to time: it does its work so many times. */
export interface Case {
  readonly name: string;
  readonly run: (times: number) => void | Promise<void>;
}

const ROUNDS = 15;
const WARM_UP = 4;
const TIMES = 100_000;

/**
 * Times every case in turn, round after round, so that what else the machine does meets all of them alike.
 *
 * @returns the median of each case, in nanoseconds for one time.
 */
export async function measure(cases: readonly Case[]): Promise<Map<string, number>> {
  const samples = new Map<string, number[]>(cases.map(({ name }) => [name, []]));
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    for (const { name, run } of cases) {
      const start = process.hrtime.bigint();
      await run(TIMES);
      const elapsed = Number(process.hrtime.bigint() - start) / TIMES;
      if (round >= 0) samples.get(name)?.push(elapsed);
    }
  }
  return new Map([...samples].map(([name, values]) => [name, median(values)]));
}

/** Returns the middle one of some values. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
