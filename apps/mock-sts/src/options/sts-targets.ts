import { checkFields, type FieldKinds } from "../checks/fields.ts";
import { splitScope } from "../clients/scopes.ts";
import { invalidScope, invalidTarget } from "../oauth/oauth-error.ts";

/** A possible target of a token: an application by its name, a resource by its URI, or both. */
export interface StsTarget {
  /** Logical name, for the parameter `audience` (RFC 8693). */
  readonly audience?: string;
  /** Absolute URI, for the parameter `resource` (RFC 8707). */
  readonly resource?: string;
  /** Scopes of tokens for it. Default: none. */
  readonly scopes?: readonly string[];
  /** Clients that may ask for it. Default: all. */
  readonly clients?: readonly string[];
}

/** The targets that a request asks for. */
export interface TargetRequest {
  readonly clientId: string;
  readonly audiences: readonly string[];
  readonly resources: readonly string[];
  /** Space-delimited scope. */
  readonly scope: string | undefined;
}

/** The targets of a token. */
export interface ChosenTargets {
  /** Claim `aud`: the requested names; empty if there were none. */
  readonly names: readonly string[];
  /** The names that are URIs of resources. */
  readonly resources: readonly string[];
  readonly scope: readonly string[];
}

/** The known targets, and the rules for choosing. */
export interface TargetPolicy {
  readonly targets: readonly StsTarget[];
  /** Audience of requests that name none. */
  readonly defaultAudience: string;
  readonly severalTargets: "combine" | "refuse";
}

/**
 * Finds the targets that a token request names, and the scope that it gets there.
 *
 * @throws OAuthError `invalid_target` or `invalid_scope`.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-2.1 RFC 8693 §2.1 and §2.2.2}
 * @see {@link https://www.rfc-editor.org/rfc/rfc8707#section-2 RFC 8707 §2}
 */
export function chooseTargets(request: TargetRequest, policy: TargetPolicy): ChosenTargets {
  for (const resource of request.resources) checkResource(resource);
  const names = [...new Set([...request.audiences, ...request.resources])];
  const chosen = new Set([
    ...request.audiences.map((name) => find(name, { request, policy, by: "audience" })),
    ...request.resources.map((uri) => find(uri, { request, policy, by: "resource" })),
  ]);
  if (chosen.size > 1 && policy.severalTargets === "refuse") {
    throw invalidTarget("a token cannot be for several targets here");
  }
  const { defaultAudience, targets } = policy;
  const fallback = targets.filter(({ audience }) => audience === defaultAudience);
  const relevant = chosen.size === 0 ? fallback : [...chosen];
  const scope = grantTargetScope(splitScope(request.scope), { relevant, targets });
  return { names, resources: request.resources, scope };
}

/**
 * Checks that a resource is an absolute URI without a fragment; a URN is allowed.
 *
 * @throws OAuthError `invalid_target`.
 */
export function checkResource(resource: string): void {
  if (isResource(resource)) return;
  throw invalidTarget("the resource is not an absolute URI without a fragment");
}

/**
 * Checks a target.
 *
 * @throws TypeError saying what is wrong with it.
 */
export function checkStsTarget(target: StsTarget): void {
  checkFields(target, { start: "Cannot serve a target:", names: TARGET_NAMES });
  const { audience, resource } = target;
  if (audience === undefined && resource === undefined) {
    throw new TypeError('Cannot serve a target: it needs an "audience" or a "resource"');
  }
  if (audience?.trim() === "") throw new TypeError('Cannot serve a target: "audience" is blank');
  if (resource !== undefined && !isResource(resource)) {
    const shown = JSON.stringify(resource);
    throw new TypeError(`Cannot serve a target: "resource" must be an absolute URI, got ${shown}`);
  }
}

const TARGET_NAMES: FieldKinds<StsTarget> = {
  audience: "text",
  resource: "text",
  scopes: "texts",
  clients: "texts",
};

function isResource(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*:[^\s#]+$/.test(text) && URL.canParse(text);
}

/** Compares exactly: with one more slash, it is another resource. */
function find(
  name: string,
  context: { request: TargetRequest; policy: TargetPolicy; by: "audience" | "resource" },
): StsTarget {
  const { request, policy, by } = context;
  const target = policy.targets.find((candidate) => candidate[by] === name);
  if (target === undefined) throw invalidTarget(`the ${by} is unknown`);
  if (target.clients?.includes(request.clientId) === false) {
    throw invalidTarget(`the client may not ask for this ${by}`);
  }
  return target;
}

/** A scope of another target is dropped; a scope of no target is unknown. */
function grantTargetScope(
  requested: readonly string[],
  { relevant, targets }: { relevant: readonly StsTarget[]; targets: readonly StsTarget[] },
): readonly string[] {
  if (requested.some((scope) => !scopesOf(targets).includes(scope))) {
    throw invalidScope("the scope is unknown");
  }
  const granted = requested.filter((scope) => scopesOf(relevant).includes(scope));
  if (requested.length > 0 && granted.length === 0) {
    throw invalidScope("the target has none of this scope");
  }
  return granted;
}

function scopesOf(targets: readonly StsTarget[]): readonly string[] {
  return targets.flatMap(({ scopes = [] }) => scopes);
}
