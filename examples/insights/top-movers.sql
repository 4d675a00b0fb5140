-- The categories and products whose revenue changed most in the last full hour, against the hour before.
WITH clock AS (
    SELECT date_add('hour', -1, date_trunc('hour', max(ordered))) AS hour
    FROM orders
),
hours AS (
    SELECT category, product_name,
        coalesce(sum(CASE WHEN date_trunc('hour', ordered) = clock.hour THEN total END), 0) AS now,
        coalesce(sum(CASE WHEN date_trunc('hour', ordered) = date_add('hour', -1, clock.hour) THEN total END), 0) AS before
    FROM orders
    CROSS JOIN clock
    WHERE status <> 'CANCELLED'
    GROUP BY category, product_name
)
SELECT category, product_name AS product, before AS hour_before, now AS last_hour, now - before AS change
FROM hours
WHERE now <> before
ORDER BY abs(now - before) DESC, product
LIMIT 10;
