/**
 * Holds what a wall found against the list of what it is known to find, one sentence for each difference: the list may
 * only shrink, so an entry that offends no longer is wrong too. An entry names a file and not its lines, which move.
 */
export function againstKnown(
  found: readonly string[],
  known: readonly string[],
): readonly string[] {
  const places = found.map((offender) => ({ offender, entry: offender.replace(/:\d+ /, " ") }));
  const entries = places.map(({ entry }) => entry);
  return [
    ...places.filter(({ entry }) => !known.includes(entry)).map(({ offender }) => offender),
    ...known
      .filter((entry) => !entries.includes(entry))
      .map((entry) => `the known offenders list what offends no longer: ${entry}`),
  ];
}
