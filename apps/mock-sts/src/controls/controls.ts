import type { Configurations } from "../btp/configurations.ts";
import { didYouMean } from "../checks/nearest-name.ts";
import type { Faults } from "../faults/faults.ts";
import type { Gateway, GatewaySwitches } from "../gateway/gateway.ts";
import type { TokenLedger } from "../http/token-ledger.ts";
import type { KeyRings, KeyRotation } from "../keys/key-rings.ts";
import { checkTokenLifetime, type ResolvedOptions } from "../options/options.ts";
import { checkStsQuirks, type StsQuirk } from "../options/sts-quirks.ts";
import type { Recorder } from "../recording/recorder.ts";
import { createSubscribers } from "../recording/subscribers.ts";
import type { SecurityTokenService } from "../sts/security-token-service.ts";
import type { Tenants } from "../tenants/tenant.ts";
import type { MovableClock } from "../time/clock.ts";
import { checkRevocationTarget, type RevocationTarget } from "../tokens/access-tokens.ts";
import { createFaultControls, type FaultControls } from "./fault-controls.ts";
import { issuedTokens } from "./issued-tokens.ts";
import { createScenarioControls, type ScenarioControls } from "./scenario-controls.ts";
import { createSettingsControls, type SettingsControls } from "./settings-controls.ts";
import { createTenantControls, type TenantControls } from "./tenant-controls.ts";
import { createTokenVerifier, type TokenVerdict } from "./token-verifier.ts";

/** Everything a test can do to a running mock. */
export interface Controls extends FaultControls, SettingsControls, ScenarioControls {
  /** Lifetime of the access tokens issued from now on, in milliseconds. */
  tokenLifetimeMs: number;
  /** Lifetime of the service tokens XSUAA issues from now on, in milliseconds. */
  serviceTokenLifetimeMs: number;
  /** The clock that the mock uses to issue and verify. */
  readonly clock: MovableClock;
  /**
   * How far the mock's clock is ahead of the machine's, in milliseconds. Certificates that the mock
   * issued expire by this clock too.
   */
  clockOffsetMs: number;
  /** Whether the gateway demands the certificate a token is bound to. */
  requireBoundCertificate: boolean;
  /** Whether the gateway refuses every token with 401: everywhere, or at the MCP servers and agents named. */
  alwaysUnauthorized: boolean | readonly string[];
  /** Quirks of the token exchange service from now on. */
  stsQuirks: readonly StsQuirk[];
  /**
   * Returns the controls of one tenant, the provider or a subscriber. @throws TypeError if there is
   * no such tenant.
   */
  tenant(subdomain: string): TenantControls;
  /** Revokes access tokens and service tokens issued so far and returns how many there were. */
  revoke(target: RevocationTarget): number;
  /** Makes new signing keys, for one issuer or for all; tokens signed by the old keys stay valid. */
  rotateSigningKey(rotation?: KeyRotation): Promise<void>;
  /** Drops MCP sessions, of one server or of all: their ids get 404 from now on. */
  forgetSessions(mcpServer?: string): Promise<void>;
  /**
   * Verifies a token that the mock issued or received, by its fingerprint; `undefined` for a token
   * that it does not remember.
   */
  verifyToken(fingerprint: string): Promise<TokenVerdict | undefined>;
  /** Undoes all faults, delays and holds, and all changes of the clock, the switches and the tenants. */
  reset(): void;
  /** Calls a function after each `reset()`, until the returned function is called. */
  onReset(listener: () => unknown): () => void;
}

/** The parts of a mock that the controls act on. */
export interface ControlsOptions {
  readonly options: ResolvedOptions;
  readonly recorder: Recorder;
  readonly tokens: TokenLedger;
  readonly clock: MovableClock;
  readonly tenants: Tenants;
  readonly configurations: Configurations;
  /** Writes the configurations that a mock starts with. */
  readonly seedConfigurations: () => void;
  readonly keys: KeyRings;
  readonly faults: Faults;
  readonly gateway: Gateway;
  readonly sts: SecurityTokenService;
  /** The token exchange service and the further issuers. */
  readonly services: readonly SecurityTokenService[];
  readonly switches: GatewaySwitches;
  readonly lifetimes: { tokenLifetimeMs: number; serviceTokenLifetimeMs: number };
}

/** Creates the controls of a mock. */
export function createControls(options: ControlsOptions): Controls {
  const { clock, tenants, keys, faults, gateway, sts, switches, lifetimes } = options;
  const settings = createSettingsControls(options);
  const initial = settings.readSettings();
  const resetTenants = createTenantsReset(options);
  const resets = createSubscribers();
  const revert = () => {
    faults.reset();
    settings.changeSettings(initial);
  };
  const faultControls = createFaultControls(faults, { tls: !options.options.insecureHttp });
  const scenarioControls = createScenarioControls(options.options.scenarios, {
    ...settings,
    ...faultControls,
    revert,
  });
  // A misspelt setting is an error instead of a new member.
  return Object.preventExtensions({
    ...settings,
    ...faultControls,
    clock,
    scenarios: scenarioControls.scenarios,
    get scenario() {
      return scenarioControls.scenario;
    },
    applyScenario: scenarioControls.applyScenario,
    verifyToken: createTokenVerifier(options),
    get tokenLifetimeMs() {
      return lifetimes.tokenLifetimeMs;
    },
    set tokenLifetimeMs(value) {
      lifetimes.tokenLifetimeMs = checkTokenLifetime(value);
    },
    get serviceTokenLifetimeMs() {
      return lifetimes.serviceTokenLifetimeMs;
    },
    set serviceTokenLifetimeMs(value) {
      lifetimes.serviceTokenLifetimeMs = checkTokenLifetime(value, "serviceTokenLifetimeMs");
    },
    get clockOffsetMs() {
      return clock.offsetMs;
    },
    set clockOffsetMs(value) {
      if (!Number.isFinite(value))
        throw new RangeError(
          `Cannot set "clockOffsetMs": it must be a finite number, got ${value}`,
        );
      clock.offsetMs = value;
    },
    get requireBoundCertificate() {
      return switches.requireBoundCertificate;
    },
    set requireBoundCertificate(value) {
      switches.requireBoundCertificate = value;
    },
    get alwaysUnauthorized() {
      return switches.alwaysUnauthorized;
    },
    set alwaysUnauthorized(value) {
      switches.alwaysUnauthorized = value;
    },
    get stsQuirks() {
      return sts.settings.quirks;
    },
    set stsQuirks(value) {
      sts.settings.quirks = checkStsQuirks(value);
    },
    tenant(subdomain) {
      const tenant = tenants.bySubdomain(subdomain);
      if (tenant !== undefined) return createTenantControls(tenant, options.configurations);
      const asked = didYouMean(
        subdomain,
        tenants.all.map((it) => it.subdomain),
      );
      throw new TypeError(
        `Cannot control tenant ${JSON.stringify(subdomain)}: it does not exist${asked}`,
      );
    },
    revoke(target) {
      checkRevocationTarget(target);
      return issuedTokens(options).reduce((count, issued) => count + issued.revoke(target), 0);
    },
    rotateSigningKey: (rotation) => keys.rotate(rotation),
    forgetSessions: (server) => gateway.forgetSessions(server),
    reset() {
      revert();
      scenarioControls.forget();
      clock.reset();
      resetTenants();
      resets.emit();
    },
    onReset: resets.subscribe,
  });
}

/** Remembers the state of the tenants, and returns a function that restores it. */
function createTenantsReset({
  tenants,
  configurations,
  seedConfigurations,
}: ControlsOptions): () => void {
  const initial = tenants.all.map(({ settings }) => ({ settings, copy: { ...settings } }));
  return () => {
    for (const { settings, copy } of initial) Object.assign(settings, copy);
    configurations.clear();
    seedConfigurations();
  };
}
