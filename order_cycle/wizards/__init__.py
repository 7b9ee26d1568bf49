from . import (
    order_cycle_end_of_day,
    order_cycle_errand_outcome,
    order_cycle_handover_scan,
    order_cycle_pickup_order,
    order_cycle_bill_import,
    order_cycle_comparison,
    order_cycle_comparison_line,
    order_cycle_go_live,
    order_cycle_import,
    order_cycle_outcome,
    order_cycle_purchase_escalation,
    order_cycle_purchase_escalation_line,
)
