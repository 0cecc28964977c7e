-- Build tables whose names say that they were begun over an hour ago: their builders are dead.
SELECT name
FROM system.tables
WHERE database = currentDatabase()
    AND startsWith(name, 'sessions_build_')
    AND toUInt32OrZero(splitByChar('_', name)[3]) < toUnixTimestamp(now()) - 3600
