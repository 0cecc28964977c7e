DELETE FROM rollup_claims WHERE build IN {builds:Array(UInt64)}
