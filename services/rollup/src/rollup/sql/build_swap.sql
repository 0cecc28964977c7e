-- The engine binds no identifier here, so the build table's name, which is ours, is put in the place of $build.
ALTER TABLE sessions REPLACE PARTITION {partition:UInt32} FROM $build
