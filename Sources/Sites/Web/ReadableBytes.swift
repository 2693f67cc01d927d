/// `20 MB`, `312 KB`, `17 B`.
public func readableBytes(_ count: Int) -> String {
  if count >= 1 << 20 {
    let tenths = (count * 10 + (1 << 19)) >> 20
    return tenths % 10 == 0 ? "\(tenths / 10) MB" : "\(tenths / 10).\(tenths % 10) MB"
  }
  return count >= 1 << 10 ? "\((count + 512) >> 10) KB" : "\(count) B"
}
