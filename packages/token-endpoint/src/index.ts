export {
  type ClientAuthentication,
  clientSecretBasic,
  clientSecretPost,
  noClientAuthentication,
  tlsClientAuth,
} from "./client-authentication/client-authentication.ts";
export {
  type PrivateKeyJwtOptions,
  privateKeyJwt,
} from "./client-authentication/private-key-jwt.ts";
export type { PrivateKeyInput } from "./client-authentication/signing-key.ts";
export { clientCredentialsSource } from "./grants/client-credentials-source.ts";
export type { GrantSourceOptions } from "./grants/grant-source.ts";
export { type JwtBearerSourceOptions, jwtBearerSource } from "./grants/jwt-bearer-source.ts";
export type { ClientCertificatePair } from "./http/certificate-pair.ts";
export { type ClientCertificate, createClientCertificate } from "./http/client-certificate.ts";
export { parseRetryAfter } from "./http/retry-after.ts";
export { bearerInterceptor } from "./interceptor/bearer-interceptor.ts";
export type { DispatcherTls, TokenEndpointOptions } from "./options/token-endpoint-options.ts";
export {
  createTokenEndpoint,
  type TokenAnswer,
  type TokenEndpoint,
  type TokenGrant,
} from "./request/token-endpoint.ts";
export { quoteServerText } from "./server-text/server-text.ts";
