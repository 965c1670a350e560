"""The Gateway API's kinds as a front door to the plan: what they say, what they are attached to, what is told of it."""
