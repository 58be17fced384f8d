// Mutation tests of a sample: `pnpm mutate PACKAGE [--sample N] [--seed S] [--file src/x.ts] [--static]`. See `--help`.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const HELP = `pnpm mutate PACKAGE [options]

Breaks single lines of a package and runs its tests: a mutant that survives is a line that no test needs. Works on a clone
of the last commit in the temporary folder, which is removed at the end. Stryker is installed there and nowhere else.

  --sample N   how many lines are drawn; every mutant on them is tried (default 100)
  --seed S     which lines: the same seed and sample draw the same lines of a commit (default 1)
  --file PATH  only files that match, such as src/cache/*.ts (default all of src)
  --static     also what runs when a module is loaded: each such mutant takes as long as all tests of the package
  --help       this text`;

/** Exact, as nothing locks them. */
const STRYKER = "10.1.1";
const root = resolve(import.meta.dirname, "..");

const { values, positionals } = parseArgs({
  // pnpm hands on the "--" before options.
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
  allowPositionals: true,
  options: {
    sample: { type: "string", default: "100" },
    seed: { type: "string", default: "1" },
    file: { type: "string", default: "src/**/*.ts" },
    static: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});
const [name] = positionals;
const folder = ["packages", "apps"]
  .map((parent) => `${parent}/${name}`)
  .find((path) => name !== undefined && existsSync(join(root, path, "package.json")));
const sample = Number(values.sample);
const seed = Number(values.seed);

if (values.help) console.log(HELP);
else if (folder === undefined || positionals.length > 1) fail("name one package, such as core");
else if (!Number.isInteger(sample) || sample < 1)
  fail('"--sample" must be a whole number from 1 up');
else if (!Number.isInteger(seed)) fail('"--seed" must be a whole number');
else await mutate(folder);

function fail(reason) {
  console.error(`Cannot mutate: ${reason}\n\n${HELP}`);
  process.exitCode = 1;
}

/** Tries the sample in a clone of its own. */
async function mutate(folder) {
  const clone = mkdtempSync(join(tmpdir(), "agent-oauth-mutate-"));
  let running;
  const remove = () => rmSync(clone, { recursive: true, force: true, maxRetries: 3 });
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => {
      if (running?.pid !== undefined) process.kill(-running.pid, "SIGKILL");
      remove();
      process.exit(130);
    });
  }
  /**
   * Runs a program, with short property tests unless `FC_RUNS` says otherwise, in a process group of its own, so that what it
   * started ends with it.
   */
  const run = (command, args, cwd) =>
    new Promise((done) => {
      running = spawn(command, args, {
        cwd,
        env: { FC_RUNS: "300", ...process.env },
        detached: true,
        stdio: ["ignore", "inherit", "inherit"],
      });
      running.once("close", done);
    });
  try {
    spawnSync("git", ["clone", "--quiet", root, clone], { stdio: "inherit" });
    const pnpm = ["-y", "pnpm@12"];
    await run("npx", [...pnpm, "install", "--frozen-lockfile", "--silent"], clone);
    const tools = ["core", "vitest-runner"].map((part) => `@stryker-mutator/${part}@${STRYKER}`);
    await run("npx", [...pnpm, "add", "-w", "-D", "--silent", ...tools], clone);
    writeConfigs(clone, folder);
    const bin = join(clone, "node_modules/@stryker-mutator/core/bin/stryker.js");
    const node = join(clone, "node_modules/.bin/node");
    await run(node, [bin, "run", join(clone, "stryker.config.mjs")], join(clone, folder));
    process.exitCode = report(join(clone, folder, "reports/mutation/mutation.json"));
  } finally {
    remove();
  }
}

/** Stryker has no sampling, so it is given lines that the seed draws. */
function writeConfigs(clone, folder) {
  const files = globSync(values.file, { cwd: join(clone, folder) });
  const mutated = files.filter(
    (file) => !/\.test(-support)?\.ts$|(^|\/)(index|internal)\.ts$/.test(file),
  );
  if (mutated.length === 0) throw new Error(`Cannot mutate: no file matches ${values.file}`);
  const ranges = drawnRanges(mutated.map((file) => ({ file, path: join(clone, folder, file) })));
  const config = {
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner"],
    // A test sets the time zone of its process, which has no effect in a worker thread.
    vitest: { configFile: join(clone, "stryker.vitest.ts"), related: false, pool: "forks" },
    coverageAnalysis: "perTest",
    ignoreStatic: !values.static,
    inPlace: true,
    concurrency: 1,
    mutate: ranges,
    reporters: ["json", "progress-append-only"],
    timeoutMS: 20_000,
    timeoutFactor: 4,
    dryRunTimeoutMinutes: 20,
    allowEmpty: true,
  };
  writeFileSync(join(clone, "stryker.config.mjs"), `export default ${JSON.stringify(config)};\n`);
  // The tests of READMEs start another process, which no mutant reaches.
  writeFileSync(
    join(clone, "stryker.vitest.ts"),
    `import { defineConfig, mergeConfig } from "vitest/config";
import shared from "./vitest.shared.ts";
export default mergeConfig(shared, defineConfig({ test: {
  testTimeout: 60_000, hookTimeout: 60_000, reporters: ["default"],
  exclude: ["**/readme.test.ts", "**/node_modules/**"],
} }));
`,
  );
}

/** Draws lines on which something can be broken. */
function drawnRanges(files) {
  const lines = files.flatMap(({ file, path }) =>
    readFileSync(path, "utf8")
      .split("\n")
      .map((text, index) => ({ text: text.trim(), place: `${file}:${index + 1}-${index + 1}` }))
      .filter(
        ({ text }) =>
          /[=(?!<>&|"`[]/.test(text) && !/^(?:\/\/|\/?\*|import |export \{|\} from)/.test(text),
      )
      .map(({ place }) => place),
  );
  const next = generator(seed);
  const keyed = lines.map((place) => ({ place, key: next() }));
  keyed.sort((one, other) => one.key - other.key);
  return keyed.slice(0, sample).map(({ place }) => place);
}

/** Mulberry32: numbers from 0 up to 1 that follow from the seed. */
function generator(start) {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Prints what was not killed, and the score. */
function report(file) {
  if (!existsSync(file)) return 1;
  const { files } = JSON.parse(readFileSync(file, "utf8"));
  const counts = { Killed: 0, Endless: 0, Survived: 0, NoCoverage: 0, Slow: 0, Ignored: 0 };
  for (const [path, { mutants, source }] of Object.entries(files)) {
    const text = source.split("\n");
    for (const mutant of mutants) {
      const verdict = verdictOf(mutant);
      if (verdict in counts) counts[verdict]++;
      if (!["Survived", "NoCoverage", "Slow"].includes(verdict)) continue;
      const { location, replacement = "", mutatorName } = mutant;
      const { start } = location;
      console.log(`${verdict} ${path}:${start.line}:${start.column} ${mutatorName}`);
      console.log(`  ${text[start.line - 1]?.trim()}\n  => ${replacement.replaceAll("\n", " ")}`);
    }
  }
  const killed = counts.Killed + counts.Endless;
  const tried = killed + counts.Survived + counts.NoCoverage;
  const score = tried === 0 ? 0 : (100 * killed) / tried;
  console.log(
    `${name}: ${killed} of ${tried} mutants killed, ${score.toFixed(1)} %, left out as static: ${counts.Ignored}, as too slow: ${counts.Slow}; seed ${seed}, sample ${sample}`,
  );
  return 0;
}

/**
 * A mutant that loops without end is killed. One that only took too long proves nothing: on a busy machine that is any line
 * of a module's top level, for which every test of the package runs.
 */
function verdictOf({ status, statusReason = "" }) {
  if (status !== "Timeout") return status;
  return statusReason.includes("Hit limit reached") ? "Endless" : "Slow";
}
