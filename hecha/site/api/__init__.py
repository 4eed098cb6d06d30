"""The API, version 1: what the pages show and take, for other systems, under the same permissions."""

from hecha.site.api.description import router as router
