"""Template tags of the screens: load them with `{% load huiban %}`."""
