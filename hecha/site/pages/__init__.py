"""The pages, a module each; every module has a `router`."""
