"""The huiban command: translate in, call one service, print."""
