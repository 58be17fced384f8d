import { runDemo } from "./run-demo.ts";

try {
  await runDemo(process.stdout);
} catch (error) {
  console.error(error);
  console.error("demo: failed");
  process.exitCode = 1;
}
