enum PlaceholderNotices {}
