CREATE TABLE {build:Identifier} AS sessions
