-- The dimensions of a visit that are rolled up, each with its value: from a session's row.
[
    ('all', ''), ('source', toString(source)), ('referrer', toString(referrer)), ('channel', toString(channel)),
    ('utm_source', toString(utm_source)), ('utm_medium', toString(utm_medium)),
    ('utm_campaign', toString(utm_campaign)), ('utm_content', toString(utm_content)),
    ('utm_term', toString(utm_term)), ('country', toString(country)), ('region', toString(region)),
    ('city', toString(city)), ('device', toString(device)), ('browser', toString(browser)),
    ('browser_version', toString(browser_version)), ('os', toString(os)), ('os_version', toString(os_version)),
    ('entry_page', toString(entry_page)), ('exit_page', toString(exit_page)),
    ('entry_hostname', toString(entry_hostname)), ('exit_hostname', toString(exit_hostname))
]
