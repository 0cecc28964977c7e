-- Local days whose build may be read and knows every dimension that is rolled up today.
SELECT day
FROM rollup_builds(site = {site:UInt32}, zone = {zone:String}, first = {first:Date}, last = {last:Date})
WHERE empty(row_counts) OR hasAll(mapKeys(row_counts), {dimensions:Array(String)})
