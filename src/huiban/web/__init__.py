"""What people and programs see: portal, desk and API; translate in, call one service, translate out."""
