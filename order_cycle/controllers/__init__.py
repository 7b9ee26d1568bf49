from . import availability, labels, vendor_answer, webhook
