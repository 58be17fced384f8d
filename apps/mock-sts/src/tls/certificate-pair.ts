import { isRecord } from "../checks/is-record.ts";
import type { CertificatePair } from "./certificate-authority.ts";

/**
 * Checks a certificate with its key; `undefined` passes.
 *
 * @throws TypeError naming the option, and no value.
 */
export function checkCertificatePair(
  pair: CertificatePair | undefined,
  { start, name }: { readonly start: string; readonly name: string },
): void {
  const given: unknown = pair;
  if (given === undefined) return;
  if (isRecord(given) && isPem(given.certificate) && isPem(given.key)) return;
  throw new TypeError(`${start} ${name} must have "certificate" and "key", both as PEM`);
}

function isPem(value: unknown): boolean {
  return typeof value === "string" && value.includes("-----BEGIN ");
}
