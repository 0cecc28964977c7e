SELECT day
FROM rollup_builds(site = {site:UInt32}, zone = {zone:String}, first = {first:Date}, last = {last:Date})
