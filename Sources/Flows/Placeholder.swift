enum PlaceholderFlows {}
