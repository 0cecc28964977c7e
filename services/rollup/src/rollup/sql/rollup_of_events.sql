-- The dimensions of an event that are rolled up, each with its value.
[
    ('page', toString(page)), ('hostname', toString(hostname))
]
