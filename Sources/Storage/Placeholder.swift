import GRDB

enum PlaceholderStorage {}
