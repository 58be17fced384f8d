import type { DestinationClient } from "../btp/destination-client.ts";
import type { Faults } from "../faults/faults.ts";
import type { TokenLedger } from "../http/token-ledger.ts";
import type { KeyRings } from "../keys/key-rings.ts";
import type { ResolvedOptions } from "../options/options.ts";
import type { RecordingRecorder } from "../recording/recorder.ts";
import type { Tenants } from "../tenants/tenant.ts";
import type { MovableClock } from "../time/clock.ts";
import type { CertificatePair } from "../tls/certificate-authority.ts";

/** The parts of a mock that its two servers share. */
export interface MockParts {
  readonly options: ResolvedOptions;
  /** PEM of the authority that client certificates must come from. */
  readonly trustedAuthority: string;
  readonly keys: KeyRings;
  readonly clock: MovableClock;
  readonly faults: Faults;
  readonly recorder: RecordingRecorder;
  readonly tokens: TokenLedger;
  readonly tenants: Tenants;
  /** The client of the Destination Service's bindings. */
  readonly destinationClient: DestinationClient;
  /** Certificate and key of the line-of-business agents' IAS client, which the Destination Service keeps. */
  readonly lobKeyStore: CertificatePair;
  readonly url: string;
  readonly gatewayUrl: string;
  /** The token that a caller must send to see a secret. */
  readonly adminToken: string;
}
