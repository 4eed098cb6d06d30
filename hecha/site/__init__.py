"""The supervisors' and agencies' site: pages and API over what `tasks` knows."""
