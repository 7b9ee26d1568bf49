-- A copy of this database must not reach a carrier: no credentials, no addresses, nothing queued.
UPDATE order_cycle_carrier_account
   SET environment = 'test', base_url = NULL, username = NULL, password = NULL, api_key = NULL,
       account_number = NULL, armed_for = NULL, access_token = NULL, token_expires_at = NULL,
       token_lease_until = NULL;
UPDATE order_cycle_carrier_setting SET value = NULL, secret = NULL;
UPDATE order_cycle_consignment
   SET state = 'cancelled', track = 'cancelled', effects_pending = false
 WHERE state IN ('todo', 'sending', 'unknown', 'human');
UPDATE order_cycle_consignment SET wants_label = false WHERE wants_label;
UPDATE order_cycle_consignment SET next_track_at = NULL WHERE next_track_at IS NOT NULL;
UPDATE order_cycle_foreign_booking
   SET state = 'cancelled', track = 'cancelled', effects_pending = false
 WHERE state IN ('todo', 'sending', 'unknown', 'human');
UPDATE delivery_carrier SET cycle_armed_for = NULL;
UPDATE order_cycle_carrier_account
   SET webhook_ref = NULL, webhook_secret = NULL, webhook_secret_before = NULL;
UPDATE order_cycle_manifest SET state = 'cancelled', effects_pending = false
 WHERE state IN ('todo', 'sending', 'unknown', 'human');
UPDATE order_cycle_pickup SET state = 'cancelled', effects_pending = false
 WHERE state IN ('todo', 'sending', 'unknown', 'human');
UPDATE order_cycle_selection SET state = 'dropped' WHERE state IN ('todo', 'asking');
