import { z } from "zod";

const name = z.string().min(1);

/** A token's fingerprint. */
export const fingerprintSchema = z
  .string()
  .regex(/^[0-9a-f]{12}$/, "must be 12 hexadecimal digits, in lower case");

/** Which tokens to revoke: exactly one of these. */
export const revocationSchema = z.union([
  z.strictObject({ all: z.literal(true) }),
  z.strictObject({ subject: name }),
  z.strictObject({ clientId: name }),
  z.strictObject({ jti: name }),
  z.strictObject({ fingerprint: fingerprintSchema }),
]);
