"""What to do about an exception, in the reader's language."""


def next_action_texts(env):
    """Return the text for each value of `order.cycle.exception.kind`."""
    return {
        "failed": env._("Mend what the message names on the order, then retry."),
        "crashed": env._("Retry. If it comes back, show the message to your administrator."),
        "no_policy": env._("Choose a policy on the order, or widen a policy, then retry."),
        "price": env._("Agree on the price with the customer, correct the order, then accept it."),
        "conflict": env._("Compare both versions; change the order by hand if needed, then close."),
        "payment": env._(
            "Ask the customer for the rest or give back what is too much, then close."
        ),
        "refund": env._("Credit the invoice, give the money back, then close."),
        "credited": env._(
            "Make the new invoice by hand, or lower the ordered quantities, then close."
        ),
        "short_closed": env._(
            "Accept what was delivered, or deliver the rest: the order goes on by itself."
        ),
        "goods_taken": env._(
            "Tell the customer the new date, or get the goods back; it closes by itself once they "
            "are there."
        ),
        "no_journal": env._("Choose a payment journal on the policy, then retry."),
        "not_sent": env._("Complete the customer's data, then retry."),
        "no_carrier": env._("Compare the carriers and choose one: the order goes on by itself."),
        "shipment": env._("Complete the delivery address or weights, then book again."),
        "refused": env._("Correct what the carrier names, then book again."),
        "recall": env._("Cancel the shipment with the carrier, then close."),
        "changed": env._(
            "Cancel the shipment and hand the goods over again, or tell the carrier, then close."
        ),
        "unknown": env._("Ask the carrier whether the shipment exists, then answer the question."),
        "incident": env._("Do what the message says; it closes by itself once the goods arrive."),
        "promise_slips": env._(
            "Look at the proposal: accept the new date and tell the customer, or keep the old one."
        ),
        "account": env._(
            "Correct the credentials of the carrier account and test them: it books by itself."
        ),
    }
