-- The products whose revenue changed most in the last full hour, against the hour before.
WITH aged AS (
    SELECT category, product_name, total,
        date_diff('hour', date_trunc('hour', ordered), date_trunc('hour', max(ordered) OVER ())) AS hours_ago
    FROM orders
    WHERE status <> 'CANCELLED'
),
products AS (
    SELECT category, product_name,
        coalesce(sum(CASE WHEN hours_ago = 2 THEN total END), 0) AS hour_before,
        coalesce(sum(CASE WHEN hours_ago = 1 THEN total END), 0) AS last_hour
    FROM aged
    GROUP BY category, product_name
)
SELECT category, product_name AS product, hour_before, last_hour, last_hour - hour_before AS change
FROM products
WHERE last_hour <> hour_before
ORDER BY abs(last_hour - hour_before) DESC, product
LIMIT 10;
