-- A line of the ledger compresses to less than a byte, and the engine chooses what to merge by bytes, with five megabytes
-- added to each part: so it merged all of a month with the one small part that had come last, with every insert (with
-- 640,000 lines: 1.4 million lines merged a second for 500 inserted). Ten parts at a time, the small ones among them,
-- and none once it has some three million lines.

ALTER TABLE ledger MODIFY SETTING
    merge_selector_enable_heuristic_to_remove_small_parts_at_right = 0,
    merge_selector_base = 10,
    max_bytes_to_merge_at_max_space_in_pool = 2097152;
