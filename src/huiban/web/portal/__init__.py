"""The portal: what residents and enterprise clerks see."""
