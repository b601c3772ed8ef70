"""What passes between the two ends of a call: SIP within the switch, and the loopback endpoint."""
