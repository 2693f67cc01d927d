enum PlaceholderAgeFormat {}
