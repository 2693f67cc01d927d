import HTTPTypes
import Hummingbird

/// What every answer says, unless its handler said it more strictly.
///
/// - Parameter host: as the browser named it. `localhost` is spared the promise of HTTPS, which would hold for every
///   other program on the machine.
func addSecurityHeaders(to response: inout Response, host: String) {
  for (name, value) in securityHeaders where response.headers[name] == nil {
    response.headers[name] = value
  }
  let isLocal = host == "localhost" || host.hasPrefix("localhost:")
  if !isLocal { response.headers[.strictTransportSecurity] = "max-age=31536000" }
}

/// - Parameter allowingScripts: those of the site's own files alone.
func contentSecurityPolicy(allowingScripts: Bool) -> String {
  "default-src 'none'; \(allowingScripts ? "script-src 'self'; " : "")style-src 'self'; img-src 'self'; "
    + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
}

private let securityHeaders: [(HTTPField.Name, String)] = {
  let named: [(String, String)] = [
    ("Content-Security-Policy", contentSecurityPolicy(allowingScripts: false)),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ("Cache-Control", "no-store"),
  ]
  return named.compactMap { name, value in HTTPField.Name(name).map { ($0, value) } }
}()
