SELECT count() FROM {build:Identifier}
