import CLinux

/// How a process that handles packets uses memory.
public enum ProcessMemory {
  /// Makes packet-sized buffers come from memory that was used before. Without it each is a fresh mapping, whose page
  /// faults cost more than the cipher, and whose pages pile up over the allocator's arenas.
  public static func keepBuffers() { guandu_keep_memory() }
}

/// How much a process may use that reads what a stranger made.
public enum ProcessLimits {
  /// Beyond the time the kernel ends the process; beyond the memory it gets no more, and ends itself.
  ///
  /// - Returns: false where the kernel refused.
  public static func set(processorSeconds: Int, memoryBytes: Int) -> Bool {
    guandu_limit_resources(UInt64(processorSeconds), UInt64(memoryBytes)) == 0
  }
}

/// What a process that holds secrets does first.
public enum ProcessSecrecy {
  /// Turns core dumps off and forbids other processes of the same user to read this one's memory.
  ///
  /// - Returns: false where the kernel refused.
  public static func forbidCoreDumps() -> Bool { guandu_forbid_core_dumps() == 0 }

  /// Keeps every page of the process out of swap (`mlockall`).
  ///
  /// - Returns: false where the limit on locked memory is too low; the operator raises `LimitMEMLOCK`.
  public static func lockMemory() -> Bool { guandu_lock_memory() == 0 }
}
