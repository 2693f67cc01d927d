enum PlaceholderPacketFormat {}
