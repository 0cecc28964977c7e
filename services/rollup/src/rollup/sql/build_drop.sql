DROP TABLE IF EXISTS {build:Identifier} SYNC
