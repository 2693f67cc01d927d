enum PlaceholderPacketSeal {}
