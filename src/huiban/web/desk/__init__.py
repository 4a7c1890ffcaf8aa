"""The officers' end (工作台): to-do list, case page, acts, materials, journal, administration."""
