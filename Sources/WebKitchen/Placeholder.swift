import Hummingbird
import HummingbirdTLS
import Mustache

enum PlaceholderWebKitchen {}
