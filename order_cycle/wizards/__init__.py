from . import (
    order_cycle_bill_import,
    order_cycle_comparison,
    order_cycle_comparison_line,
    order_cycle_go_live,
    order_cycle_import,
    order_cycle_outcome,
    order_cycle_purchase_escalation,
    order_cycle_purchase_escalation_line,
)
