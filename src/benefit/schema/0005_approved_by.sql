-- What was approved unasked named the mode by bytes of a string that was gone.
UPDATE benefit_entitlement SET approved_by = '免申即享'
  WHERE approved_at IS NOT NULL AND claimed_at IS NULL AND claimed_by = '';
