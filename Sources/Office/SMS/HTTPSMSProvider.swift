import Dispatch
import Foundation
import Zones

/// Sends through an SMS company's HTTP interface.
struct HTTPSMSProvider: SMSProvider {
  let gateway: SMSGateway
  /// libcurl waits in a thread of its own, so that no task's thread is held.
  private let queue = DispatchQueue(label: "guandu.sms", attributes: .concurrent)

  init(gateway: SMSGateway) { self.gateway = gateway }

  var isDemonstration: Bool { false }

  func send(to phone: String, text: String) async throws(NoticeError) {
    try checkMessage(to: phone, text: text)
    let parts = MessageParts(phone: phone, text: text, identifier: UUID().uuidString.lowercased())
    let request = try makeRequest(parts)
    let result = await withCheckedContinuation { continuation in
      queue.async { continuation.resume(returning: request.perform()) }
    }
    try judge(try result.get())
  }

  private func makeRequest(_ parts: MessageParts) throws(NoticeError) -> HTTPRequest {
    let contentType = gateway.headers.first { $0.key.lowercased() == "content-type" }?.value
    var headers: [String] = []
    for (name, value) in gateway.headers.sorted(by: { $0.key < $1.key }) {
      guard let filled = parts.fill(value, .header) else {
        throw NoticeError(.permanent, "the message holds a control character, and the header \(name) may not")
      }
      headers.append("\(name): \(filled)")
    }
    guard let url = parts.fill(gateway.url, .url),
      let body = parts.fill(gateway.body, .body(contentType: contentType))
    else { throw NoticeError(.permanent, "the message does not fit the gateway's template") }
    return HTTPRequest(
      url: url, method: gateway.method, headers: headers, body: Array(body.utf8),
      timeoutSeconds: gateway.timeoutSeconds,
      allowsPlainHTTP: gateway.isLocal)
  }

  private func judge(_ response: HTTPResponse) throws(NoticeError) {
    switch response.status {
    case 200...299:
      let expected = Array((gateway.successText ?? "").utf8)
      guard response.body.contains(expected) else {
        throw NoticeError(.permanent, "the gateway answered \(response.status) without the text that means success")
      }
    case 408, 425, 429, 500...599: throw NoticeError(.temporary, "the gateway answered \(response.status)")
    default: throw NoticeError(.permanent, "the gateway answered \(response.status)")
    }
  }
}
