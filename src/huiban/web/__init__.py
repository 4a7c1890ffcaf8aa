"""What people and programs see: portal, desk and API; ask one service and show its answer."""
