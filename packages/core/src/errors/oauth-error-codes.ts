/**
 * Tells whether an error code is registered. A registered code is shown whatever was sent: it is public, even if a secret happens
 * to be part of it.
 *
 * @see {@link https://www.iana.org/assignments/oauth-parameters/oauth-parameters.xhtml#extensions-error IANA OAuth Extensions Error Registry}
 */
export function isRegisteredErrorCode(code: string): boolean {
  return REGISTERED.has(code);
}

const REGISTERED: ReadonlySet<string> = new Set([
  // RFC 6749 §4.1.2.1 and §5.2
  "invalid_request",
  "invalid_client",
  "invalid_grant",
  "unauthorized_client",
  "unsupported_grant_type",
  "unsupported_response_type",
  "invalid_scope",
  "access_denied",
  "server_error",
  "temporarily_unavailable",
  // RFC 6750 §3.1, RFC 9470 §3
  "invalid_token",
  "insufficient_scope",
  "insufficient_user_authentication",
  // RFC 7009 §2.2.1
  "unsupported_token_type",
  // RFC 7591 §3.2.2
  "invalid_redirect_uri",
  "invalid_client_metadata",
  "invalid_software_statement",
  "unapproved_software_statement",
  // RFC 8628 §3.5
  "authorization_pending",
  "slow_down",
  "expired_token",
  // RFC 8693 §2.2.2, RFC 8707 §2
  "invalid_target",
  // RFC 9396 §5, RFC 9449 §5 and §8
  "invalid_authorization_details",
  "invalid_dpop_proof",
  "use_dpop_nonce",
  // OpenID Connect Core §3.1.2.6, and its initial registration and "unmet authentication requirements"
  "interaction_required",
  "login_required",
  "account_selection_required",
  "consent_required",
  "invalid_request_uri",
  "invalid_request_object",
  "request_not_supported",
  "request_uri_not_supported",
  "registration_not_supported",
  "unmet_authentication_requirements",
  // OpenID Connect CIBA §11 and §13
  "expired_login_hint_token",
  "unknown_user_id",
  "missing_user_code",
  "invalid_user_code",
  "invalid_binding_message",
  "transaction_failed",
  // UMA 2.0 §3.3.6
  "need_info",
  "request_denied",
  "request_submitted",
]);
