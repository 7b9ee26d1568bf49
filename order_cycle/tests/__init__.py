from . import (
    test_accounts,
    test_booking,
    test_flow,
    test_intake,
    test_order_to_cash,
    test_policy,
    test_supply,
)
