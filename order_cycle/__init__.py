from . import controllers, models, wizards


def uninstall_hook(env):
    """Leave no trigger on Odoo's own tables: it would write into a table that is gone."""
    env["order.cycle.availability.mark"]._unwatch()
    env["order.cycle.promise"]._forget_trigger()
