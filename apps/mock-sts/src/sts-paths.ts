/** Where the token exchange service's paths begin on the token server. */
export const stsPath = "/sts";
/** Its paths below that; the second token endpoint is for clients that look for an mTLS alias. */
export const stsPaths = {
  authorization: "/authorize",
  token: "/token",
  mtlsToken: "/mtls/token",
  jwks: "/jwks",
} as const;
