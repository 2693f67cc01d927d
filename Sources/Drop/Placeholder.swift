enum PlaceholderDrop {}
