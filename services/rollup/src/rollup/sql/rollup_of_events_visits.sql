-- The same of those that stand on every event of the visit: from an event's row.
[
    ('all', ''), ('source', toString(source)), ('referrer', toString(referrer)), ('channel', toString(channel)),
    ('utm_source', toString(utm_source)), ('utm_medium', toString(utm_medium)),
    ('utm_campaign', toString(utm_campaign)), ('utm_content', toString(utm_content)),
    ('utm_term', toString(utm_term)), ('country', toString(country)), ('region', toString(region)),
    ('city', toString(city)), ('device', toString(device)), ('browser', toString(browser)),
    ('browser_version', toString(browser_version)), ('os', toString(os)), ('os_version', toString(os_version))
]
