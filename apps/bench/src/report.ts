/** Prints one measurement and whether it is within its target. */
export function report(name: string, value: string, within: boolean, target: string): void {
  const verdict = within ? "within" : "OVER";
  console.log(`  ${name}\n    ${value} (${verdict} the target of ${target})`);
}
