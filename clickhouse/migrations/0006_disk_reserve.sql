-- Refuse to insert while a merge still has room to end: an engine that meets the end of the disk in the midst of one keeps
-- a part of empty files in the place of those it merged (docs/adr/0006). Whoever inserts waits until there is room again.

ALTER TABLE events MODIFY SETTING min_free_disk_bytes_to_perform_insert = 1073741824;
