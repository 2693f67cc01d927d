enum PlaceholderTrust {}
