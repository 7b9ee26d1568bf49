"""Two carriers that exist on this machine only, to rehearse with. See ``README.md``."""
