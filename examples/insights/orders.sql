-- The orders as they are now: the newest change of each, without those that were deleted. The other questions ask this
-- view. `sales` is a table of changes, as cdcxform --meta op,ts,seq writes and athddl declares them.
CREATE OR REPLACE VIEW orders AS
SELECT order_id, customer_id, product_id, product_name, category, quantity, unit_price, discount, total, status,
    date_parse(substr(ordered_at, 1, 19), '%Y-%m-%dT%H:%i:%s') AS ordered
FROM (
    SELECT *, row_number() OVER (PARTITION BY order_id ORDER BY "_seq" DESC) AS age
    FROM sales
)
WHERE age = 1 AND "_op" <> 'REMOVE';
