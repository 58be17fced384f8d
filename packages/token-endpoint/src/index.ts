export {
  type ClientAuthentication,
  clientSecretBasic,
  clientSecretPost,
  noClientAuthentication,
  tlsClientAuth,
} from "./client-authentication/client-authentication.ts";
export type { PrivateKeyInput } from "./client-authentication/private-key.ts";
export {
  type PrivateKeyJwtOptions,
  privateKeyJwt,
} from "./client-authentication/private-key-jwt.ts";
export { clientCredentialsSource } from "./grants/client-credentials-source.ts";
export type { GrantSourceOptions } from "./grants/grant-source.ts";
export { type JwtBearerSourceOptions, jwtBearerSource } from "./grants/jwt-bearer-source.ts";
export type { ClientCertificatePair } from "./http/certificate-pair.ts";
export { type ClientCertificate, createClientCertificate } from "./http/client-certificate.ts";
export type { DispatcherTls } from "./http/dispatcher-tls.ts";
export type { HttpOptions } from "./http/http-options.ts";
export { bearerInterceptor } from "./interceptor/bearer-interceptor.ts";
export type { EndpointName } from "./metadata/endpoint-name.ts";
export type { TokenEndpointOptions } from "./options/token-endpoint-options.ts";
export type { EndpointRequest, ResponseSchema } from "./request/endpoint-request.ts";
export { createTokenEndpoint, type TokenEndpoint } from "./request/token-endpoint.ts";
export type { FormParameters, PolledGrant, TokenGrant } from "./request/token-grant.ts";
