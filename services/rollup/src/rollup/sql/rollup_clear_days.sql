DELETE FROM rollup_days WHERE build IN {builds:Array(UInt64)}
