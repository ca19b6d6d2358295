"""Building blocks of reports: HTML, numbers, charts, maps. Stands below the domains; knows only core and city."""
