export { bearerInterceptor } from "./bearer-interceptor.ts";
export type { ClientCertificatePair } from "./certificate-pair.ts";
export {
  type ClientAuthentication,
  clientSecretBasic,
  clientSecretPost,
  noClientAuthentication,
  tlsClientAuth,
} from "./client-authentication.ts";
export { type ClientCertificate, createClientCertificate } from "./client-certificate.ts";
export { clientCredentialsSource } from "./client-credentials-source.ts";
export type { GrantSourceOptions } from "./grant-source.ts";
export { type JwtBearerSourceOptions, jwtBearerSource } from "./jwt-bearer-source.ts";
export { type PrivateKeyJwtOptions, privateKeyJwt } from "./private-key-jwt.ts";
export { parseRetryAfter } from "./retry-after.ts";
export { quoteServerText } from "./server-text.ts";
export type { PrivateKeyInput } from "./signing-key.ts";
export {
  createTokenEndpoint,
  type TokenAnswer,
  type TokenEndpoint,
  type TokenGrant,
} from "./token-endpoint.ts";
export type { DispatcherTls, TokenEndpointOptions } from "./token-endpoint-options.ts";
