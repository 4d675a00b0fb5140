-- What was cancelled, and what of it had been paid and goes back, by category.
WITH paid AS (
    SELECT order_id, bool_or(status IN ('PAID', 'SHIPPED')) AS paid
    FROM sales
    GROUP BY order_id
)
SELECT category,
    count_if(status = 'CANCELLED') AS cancelled,
    round(100e0 * count_if(status = 'CANCELLED') / count(*), 1) AS percent,
    coalesce(sum(CASE WHEN status = 'CANCELLED' THEN total END), 0) AS lost,
    coalesce(sum(CASE WHEN status = 'CANCELLED' AND paid.paid THEN total END), 0) AS refunded
FROM orders
JOIN paid ON paid.order_id = orders.order_id
GROUP BY category
ORDER BY lost DESC, category;
