DELETE FROM tides WHERE expires_at <= to_timestamp(%(now_s)s) RETURNING name
