/// What a check of a stranger's file may take.
public enum CheckLimits {
  /// Of a document.
  public static let documentMaxBytes = 32 * 1024 * 1024
  /// Of time on the processor; the kernel ends what takes more.
  public static let processorSeconds = 10
  /// Of time by the clock; the check is killed then.
  public static let wallSeconds = 20
  /// Of address space.
  public static let memoryBytes = 2 << 30
  /// Of what a check answers.
  public static let answerMaxBytes = 1_048_576
  /// Of steps, of all signatures together.
  public static let stepsMost = 2_000
  /// Of a detail, in characters; what is longer is cut off.
  public static let detailMaxCharacters = 500
  /// Document numbers that are looked for on a first page.
  public static let numbersMost = 8
}
