UPDATE tides SET wrapped = NULL WHERE name = %(name)s
