enum PlaceholderDurableFiles {}
