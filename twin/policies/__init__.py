"""The published and practised rules, one file a rule, one folder a decision."""
