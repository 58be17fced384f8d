import { checkText } from "../checks/option-values.ts";
import { percentDecode } from "../oauth/percent-decoding.ts";

/** The name and the address of an MCP server or an agent behind the gateway. */
export interface TargetAddress {
  readonly name: string;
  /** Open Resource Discovery id; its colons stay as they are in the URL. */
  readonly ordId: string;
  readonly globalTenantId: string;
}

/** The kinds of targets behind the gateway, as their paths name them. */
export type TargetKind = "mcp" | "a2a";

/** Returns the path of a target below the gateway's URL. */
export function targetPath(
  kind: TargetKind,
  { ordId, globalTenantId }: Pick<TargetAddress, "ordId" | "globalTenantId">,
): string {
  return `/v1/${kind}/${pathSegment(ordId)}/${pathSegment(globalTenantId)}`;
}

/** Encodes what a path segment cannot hold; it can hold a colon. */
function pathSegment(text: string): string {
  return encodeURIComponent(text).replaceAll("%3A", ":");
}

/** Spells a path in one way, whatever was percent-encoded in it; `undefined` for a malformed path. */
export function canonicalPath(path: string): string | undefined {
  const segments = path.split("/").map(percentDecode);
  if (segments.includes(undefined)) return undefined;
  return segments.map((segment) => encodeURIComponent(segment ?? "")).join("/");
}

/** How an error names the target, and the targets before it. */
export interface CheckTargetContext {
  /** How the message begins: `Cannot serve …`. */
  readonly label: string;
  /** What the message calls another target: `server` or `agent`. */
  readonly noun: string;
  readonly kind: TargetKind;
  /** Names and paths of the targets before this one; those of this one are added. */
  readonly taken: Set<string>;
}

/**
 * Checks that a target has a name and an address, and that no target before it has them.
 *
 * @throws TypeError naming the target and the option.
 */
export function checkTarget(target: TargetAddress, context: CheckTargetContext): void {
  const { label, noun, kind, taken } = context;
  const start = `${label}:`;
  for (const name of ["name", "ordId", "globalTenantId"] as const) {
    checkText(target[name], { start, name });
  }
  const path = targetPath(kind, target);
  if (taken.has(target.name)) throw new TypeError(`${start} another ${noun} has the same name`);
  if (taken.has(path)) throw new TypeError(`${start} another ${noun} has the same path`);
  taken.add(target.name).add(path);
}
