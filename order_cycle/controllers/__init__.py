from . import labels, vendor_answer, webhook
