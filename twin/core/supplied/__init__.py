"""Tables that a user supplies: what all domains' tables share. Which columns there are is the domain's."""
